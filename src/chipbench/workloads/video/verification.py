"""What was written, held against what was asked for; a time counts only after this."""

import re
from pathlib import Path

from chipbench.workloads.video.clip import Clip
from chipbench.workloads.video.ffmpeg import run_ffmpeg


class WrongOutput(Exception):  # noqa: N818 - it reads as what it is
    """The exported file is not the clip in the codec that was asked for."""


def verify(path: Path, clip: Clip, stream: str, ffmpeg: str) -> None:
    """Raise WrongOutput unless `path` holds every frame of `clip` as a `stream` of its length."""
    arguments = ["-i", str(path), "-map", "0:v:0", "-c", "copy", "-f", "null", "-"]
    read = run_ffmpeg(ffmpeg, arguments, messages="info")
    found = re.search(r"Video: (\w+)", read.messages)
    if found is None or found[1] != stream:
        raise WrongOutput(f"the output is {found and found[1]}, not {stream}")
    if read.frames != clip.frames:
        raise WrongOutput(f"the output has {read.frames} frames, not {clip.frames}")
    length_s = _length_s(read.messages)
    if length_s is None or abs(length_s - clip.duration_s) > 2 / clip.fps:
        raise WrongOutput(f"the output is {length_s} s long, not {clip.duration_s:g} s")


def _length_s(messages: str) -> float | None:
    found = re.search(r"Duration: (\d+):(\d+):([\d.]+)", messages)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None
