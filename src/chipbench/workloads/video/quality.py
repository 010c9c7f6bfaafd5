"""How close an export is to its source: PSNR and SSIM as ffmpeg computes them."""

import math
import re
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from chipbench.ground import metrics
from chipbench.workloads.video.ffmpeg import file, run_ffmpeg
from chipbench.workloads.video.source_clip import Clip

#: Seconds from the start that are compared: decoding twice is slow, and footage repeats.
_COMPARED_S = 10


def quality(path: Path, clip: Clip, ffmpeg: str) -> dict[str, float]:
    """PSNR in decibel and SSIM (0 to 1) of the beginning, by metric name.

    Identical pictures have no finite PSNR, which is then absent.
    """
    frames = min(clip.frames, round(_COMPARED_S * clip.fps))
    graph = (
        f"[0:v]format=yuv420p,setpts=N[a];[1:{clip.stream}]format=yuv420p,setpts=N[b];"
        "[a]split[a1][a2];[b]split[b1][b2];"
        "[a1][b1]psnr=stats_file=psnr[p];[a2][b2]ssim=stats_file=ssim[s]"
    )
    streams = ["-map", "[p]", "-frames:v", str(frames), "-f", "null", "-"]
    streams += ["-map", "[s]", "-frames:v", str(frames), "-f", "null", "-"]
    inputs = ["-i", file(path), *clip.input]
    with TemporaryDirectory() as folder:  # the filters' own files, a line for each frame
        run_ffmpeg(ffmpeg, [*inputs, "-lavfi", graph, *streams], folder=Path(folder))
        decibels = _column(Path(folder) / "psnr", "psnr_avg")
        alike = _column(Path(folder) / "ssim", "All")
    found = {metrics.SSIM: fmean(alike)}
    error = fmean(10 ** (-each / 10) for each in decibels)  # of the largest that there can be
    if error > 0:
        found[metrics.PSNR] = -10 * math.log10(error)
    return found


def _column(path: Path, name: str) -> list[float]:
    """The figures of that name, one of each line."""
    return [float(found) for found in re.findall(rf"\b{name}:(inf|[\d.]+)", path.read_text())]
