"""Exporting with Apple's `avconvert` (AVFoundation), where macOS has it."""

import shutil
from pathlib import Path

from chipbench.ground import tags
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.processes import Child, ProgramFailed
from chipbench.hardware.computing_device import encoder_of
from chipbench.workloads.video.export import Export, PreparedExport
from chipbench.workloads.video.ffmpeg import find_ffmpeg
from chipbench.workloads.video.source_clip import Clip, require_space, write_footage
from chipbench.workloads.video.transcode import output_size, rendered
from chipbench.workloads.workload import Report


class AvConvert(Export):
    """AVFoundation chooses encoder and bit rate by a preset of its own."""

    @property
    def variant(self) -> str:
        """The codec, and the other way of exporting."""
        return f"{self._config.codec.name} · avconvert"

    def prepare(self) -> PreparedExport:
        """Find the program, render the clip, and try the preset on a second of footage."""
        config = self._config
        program, ffmpeg = find_avconvert(), find_ffmpeg(config.ffmpeg.path)
        if config.codec.avconvert_preset is None:
            raise UnsupportedBenchmark(f"method=avconvert has no preset for {config.codec.name}")
        clip = rendered(config, ffmpeg)
        if clip.loops > 1:
            raise UnsupportedBenchmark(
                "method=avconvert cannot play the rendered part several times: add "
                f"clip.rendered_s={config.clip.duration_s:g}"
            )
        preset = config.codec.avconvert_preset.format(width=clip.width, height=clip.height)
        output = Path(config.output_dir) / "export.mov"
        require_space(output.parent, output_size(config, clip), "the export", "output_dir")
        _try(program, preset, clip, output, ffmpeg)

        def encode(_report: Report) -> float:
            return run_avconvert(program, clip.path, output, preset)

        found = {tags.ENCODER: f"avconvert {preset}", **clip.origin}
        used = encoder_of(self._machine, "Apple's media engine")
        return PreparedExport(config, encode, clip, output, ffmpeg, found, used)


def find_avconvert() -> str:
    """The program. Raises UnsupportedBenchmark where it is not."""
    found = shutil.which("avconvert")
    if found is None:
        raise UnsupportedBenchmark(
            "method=avconvert: this machine has no avconvert (it comes with macOS); "
            "use method=transcode"
        )
    return found


def run_avconvert(program: str, source: Path, output: Path, preset: str) -> float:
    """Seconds that a conversion takes, from the start of the process to its end.

    Raises ProgramFailed.
    """
    command = [program, "--source", str(source), "--output", str(output), "--preset", preset]
    with Child(command) as child:
        end = child.ended()
    if end.code != 0:
        raise ProgramFailed(end.told("avconvert"))
    return end.time_s


def _try(program: str, preset: str, clip: Clip, output: Path, ffmpeg: str) -> None:
    """Raise UnsupportedBenchmark unless the preset converts a second of footage."""
    source = output.with_name("trial.mov")
    try:
        write_footage(source, ffmpeg, (clip.width, clip.height), float(clip.fps), 30)
        run_avconvert(program, source, output, preset)
    except ProgramFailed as error:
        raise UnsupportedBenchmark(f"avconvert {preset} is not usable ({error})") from None
    finally:
        source.unlink(missing_ok=True)
        output.unlink(missing_ok=True)
