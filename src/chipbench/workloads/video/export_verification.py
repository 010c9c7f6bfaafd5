"""What was written, held against what was asked for; a time counts only after this."""

from pathlib import Path

from chipbench.workloads.video.source_clip import Clip
from chipbench.workloads.video.video_facts import NotAFilmError, read_packets


class WrongOutput(Exception):  # noqa: N818 - it reads as what it is
    """The exported file is not the clip in the codec that was asked for."""


def verify(path: Path, clip: Clip, stream: str) -> None:
    """Raise WrongOutput unless `path` is a `stream` of every frame of `clip`, each at its time."""
    try:
        film = read_packets(path)
    except NotAFilmError as error:
        raise WrongOutput(f"the output: {error}") from None
    if film.codec != stream:
        raise WrongOutput(f"the output is {film.codec}, not {stream}")
    if len(film.times_s) != clip.frames:
        raise WrongOutput(f"the output has {len(film.times_s)} frames, not {clip.frames}")
    # Half a frame is more than any container rounds, and less than a frame in another's place.
    late = 0.5 / float(clip.fps)
    for number, (there, wanted) in enumerate(zip(film.times_s, clip.times_s, strict=True)):
        if abs(there - wanted) > late:
            raise WrongOutput(f"frame {number} is at {there:.3f} s, and not at {wanted:.3f} s")
