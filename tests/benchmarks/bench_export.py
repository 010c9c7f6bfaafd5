"""What chipbench adds to the export time of the same ffmpeg command run bare.

Run as `python tests/benchmarks/bench_export.py [REPEATS]`; ends non-zero if the median ratio is
above 1.01. The two run in turn, so that a machine's drift hits both alike.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from omegaconf import DictConfig
from rows import keep

from chipbench.config.compose import compose_config
from chipbench.ground import tags
from chipbench.hardware import detect, sensors
from chipbench.measure.monitor import Monitor
from chipbench.workloads.video.export import PreparedExport
from chipbench.workloads.video.ffmpeg import find_ffmpeg
from chipbench.workloads.video.transcode import Transcode, rate

_LIMIT = 1.01


def bare_s(config: DictConfig, export: PreparedExport, folder: Path) -> float:
    """Seconds of the bare command."""
    clip, name = export._clip, str(export.tags[tags.ENCODER])
    (arguments,) = [list(e.arguments) for e in config.codec.encoders if e.name == name]
    target = ["-map", "0:v:0", "-frames:v", str(clip.frames), "-c:v", name]
    target += [*arguments, *rate(config, clip), str(folder / "bare.mp4")]
    command = [find_ffmpeg(None), "-nostdin", "-y", "-v", "error", *clip.input, *target]
    begin = perf_counter()
    subprocess.run(command, check=True)
    return perf_counter() - begin


def wrapped_s(export: PreparedExport) -> float:
    """Seconds of chipbench's export, with its monitor reading every second."""
    with Monitor(sensors(), 1.0):
        export.measure(lambda step, values: None)
    export._output.unlink()
    return export._time_s


def main() -> int:
    """Print the times and their ratio; 1 if it is above the limit."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        overrides = ["clip.duration_s=10", f"output_dir={folder}", "quality=false"]
        config = compose_config("export", overrides)
        export = Transcode(config, detect()).prepare()
        pairs = [(bare_s(config, export, folder), wrapped_s(export)) for _ in range(repeats)]
    ratios = [wrapped / bare for bare, wrapped in pairs]
    print("bare (s)   chipbench (s)   ratio")
    for (bare, wrapped), ratio in zip(pairs, ratios, strict=True):
        print(f"{bare:>8.2f}   {wrapped:>13.2f}   {ratio:.4f}")
    encoder = export.tags[tags.ENCODER]
    keep(
        "export",
        [
            {"encoder": encoder, "turn": turn, "side": side, "time_s": time_s}
            for turn, pair in enumerate(pairs, 1)
            for side, time_s in zip(("bare", "chipbench"), pair, strict=True)
        ],
    )
    print(f"median ratio {median(ratios):.4f}, from {min(ratios):.4f} to {max(ratios):.4f}")
    return int(median(ratios) > _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
