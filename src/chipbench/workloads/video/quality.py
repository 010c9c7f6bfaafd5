"""How close an export is to its source: PSNR and SSIM as ffmpeg computes them."""

import re
from pathlib import Path

from chipbench.ground import metrics
from chipbench.workloads.video.clip import Clip
from chipbench.workloads.video.ffmpeg import run_ffmpeg

#: Seconds from the start that are compared: decoding twice is slow, and footage repeats.
_COMPARED_S = 10


def quality(path: Path, clip: Clip, ffmpeg: str) -> dict[str, float]:
    """PSNR in decibel and SSIM (0 to 1) of the beginning, by metric name.

    Identical pictures have no finite PSNR, which is then absent.
    """
    frames = min(clip.frames, round(_COMPARED_S * clip.fps))
    graph = (
        "[0:v]format=yuv420p,setpts=N[a];[1:v]format=yuv420p,setpts=N[b];"
        "[a]split[a1][a2];[b]split[b1][b2];[a1][b1]psnr[p];[a2][b2]ssim[s]"
    )
    streams = ["-map", "[p]", "-frames:v", str(frames), "-f", "null", "-"]
    streams += ["-map", "[s]", "-frames:v", str(frames), "-f", "null", "-"]
    inputs = ["-i", str(path), *clip.input]
    done = run_ffmpeg(ffmpeg, [*inputs, "-lavfi", graph, *streams], messages="info")
    found = {
        metrics.PSNR: re.search(r"PSNR .*?average:([\d.]+)", done.messages),
        metrics.SSIM: re.search(r"SSIM .*?All:([\d.]+)", done.messages),
    }
    return {name: float(match[1]) for name, match in found.items() if match is not None}
