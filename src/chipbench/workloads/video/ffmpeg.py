"""The ffmpeg process: started, watched, and never left behind."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chipbench.errors import ConfigurationError
from chipbench.measure.stopwatch import Stopwatch

#: Takes the number of frames written so far.
Progress = Callable[[int], None]

_LAST_LINES = 5


class FfmpegFailed(Exception):  # noqa: N818 - it reads as what happened
    """ffmpeg ended with an error; the message holds its own last lines."""


@dataclass(frozen=True)
class Finished:
    """An ffmpeg run that ended well."""

    time_s: float  # from the start of the process to its end
    frames: int
    messages: str  # what it wrote to stderr


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
    return found


def run_ffmpeg(
    ffmpeg: str,
    arguments: Sequence[str],
    progress: Progress = lambda frames: None,
    messages: str = "error",
) -> Finished:
    """Run `ffmpeg` with `arguments` and time it; it ends when this does, however this ends.

    `messages` is ffmpeg's log level. Raises FfmpegFailed.
    """
    command = [ffmpeg, "-nostdin", "-y", "-v", messages, "-progress", "pipe:1", "-nostats"]
    with tempfile.TemporaryFile() as stderr:
        stopwatch = Stopwatch()
        process = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, stderr=stderr, text=True
        )
        try:
            frames = _watch(process, progress)
            code = process.wait()
            time_s = stopwatch.lap()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        stderr.seek(0)
        text = stderr.read().decode(errors="replace")
    if code != 0:
        raise FfmpegFailed(_failure(code, text))
    return Finished(time_s, frames, text)


def _watch(process: "subprocess.Popen[str]", progress: Progress) -> int:
    frames = 0
    assert process.stdout is not None
    for line in process.stdout:
        key, _, value = line.partition("=")
        if key == "frame" and value.strip().isdigit():
            frames = int(value)
            progress(frames)
    return frames


def _failure(code: int, text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()][-_LAST_LINES:]
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"ffmpeg {how}: {'; '.join(lines) or 'it said nothing'}"
