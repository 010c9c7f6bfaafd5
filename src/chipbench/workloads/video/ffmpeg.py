"""ffmpeg: which binary, and one run of it."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.processes import Child, ProgramFailed

#: Takes the number of frames written so far.
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Finished:
    """An ffmpeg run that ended well."""

    time_s: float  # from the start of the process to its end
    frames: int


def find_ffmpeg(path: str | None) -> str:
    """The binary that `ffmpeg.path` means. Raises ConfigurationError if it is not there."""
    if path is None:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    found = shutil.which(path)
    if found is None:
        raise ConfigurationError(
            f"ffmpeg.path={path}: no such program; name ffmpeg's path, or use null for the one "
            "that the imageio-ffmpeg package ships"
        )
    return os.path.abspath(found)


def file(path: Path) -> str:
    """How ffmpeg is told of a file: from the root on, no sign in its name means anything."""
    return str(path.absolute())


def run_ffmpeg(
    ffmpeg: str,
    arguments: Sequence[str],
    progress: Progress = lambda frames: None,
    folder: Path | None = None,
) -> Finished:
    """Run `ffmpeg` with `arguments`, in `folder` if it is given, and time it.

    Raises ProgramFailed.
    """
    frames = 0
    options = ["-hide_banner", "-nostdin", "-y", "-v", "error", "-progress", "pipe:1", "-nostats"]
    with Child([ffmpeg, *options, *arguments], folder=folder, listened=True) as child:
        for line in child.lines():
            key, _, value = line.partition("=")
            if key == "frame" and value.strip().isdigit():
                frames = int(value)
                progress(frames)
        end = child.ended()
    if end.code != 0:
        raise ProgramFailed(end.told("ffmpeg"))
    return Finished(end.time_s, frames)
