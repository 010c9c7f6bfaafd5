"""A video file's facts, as a library's types and rationals give them, never as prose does."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chipbench.workloads.video.ffmpeg import file

if TYPE_CHECKING:  # its libraries are loaded when there is a file to read
    from av.container import InputContainer
    from av.video.stream import VideoStream


class NotAFilmError(Exception):
    """Why a file holds no video that can be measured."""


@dataclass(frozen=True)
class Film:
    """The video of a file, by the time stamps of its pictures."""

    stream: int  # its index in the file
    codec: str  # what ffmpeg calls it
    width: int  # as stored: a player may turn it
    height: int
    times_s: tuple[float, ...]  # of each picture, from the first on
    length_s: Fraction  # to the end of the last picture

    @property
    def rate(self) -> Fraction:
        """Pictures per second, on average where the rate varies."""
        return len(self.times_s) / self.length_s


def read_film(path: Path) -> Film:
    """The film in `path`, by its pictures as they are decoded. Raises NotAFilmError."""
    with _opened(path) as (container, stream):
        stream.thread_type = "AUTO"
        shown = [(one.pts, getattr(one, "duration", None)) for one in container.decode(stream)]
        _refuse_to_go_back(stamp for stamp, _ in shown)
        return _film(stream, shown)


def read_packets(path: Path) -> Film:
    """The film in `path`, by its compressed pictures, which are not decoded."""
    with _opened(path) as (container, stream):
        held = [(one.dts, one.pts, one.duration) for one in container.demux(stream) if one.size]
        _refuse_to_go_back(dts for dts, _, _ in held)
        shown = [(pts, duration) for _, pts, duration in held]
        return _film(stream, sorted(shown, key=lambda one: one[0] or 0))


@contextmanager
def _opened(path: Path) -> Iterator[tuple["InputContainer", "VideoStream"]]:
    """The file, and its first stream that is a film: a cover's picture is none."""
    import av
    from av.stream import Disposition

    still = Disposition.attached_pic | Disposition.timed_thumbnails
    try:
        with av.open(file(path), **_any_text(av.__version__)) as opened:
            films = [
                one
                for one in opened.streams.video
                if one.codec_context is not None and not one.disposition & still
            ]
            if not films:
                raise NotAFilmError("it holds no video")
            yield opened, films[0]
    except (av.FFmpegError, OSError) as error:
        raise NotAFilmError(f"no video that can be read ({error.strerror})") from None


def _any_text(version: str) -> dict[str, Any]:
    """How PyAV is told to read titles in any encoding, which from 19 on it does by itself."""
    return {"metadata_errors": "replace"} if int(version.partition(".")[0]) < 19 else {}


def _refuse_to_go_back(stamps: Iterable[int | None]) -> None:
    """Two recordings in one file: no player knows when the second is shown."""
    known = (stamp for stamp in stamps if stamp is not None)
    if any(later < earlier for earlier, later in pairwise(known)):
        raise NotAFilmError("its time stamps go back: write it anew with a video program")


def _film(stream: "VideoStream", pictures: list[tuple[int | None, int | None]]) -> Film:
    if len(pictures) < 2:
        raise NotAFilmError("it holds a single picture at most")
    stamps = [stamp for stamp, _ in pictures if stamp is not None]
    base, last = stream.time_base, pictures[-1][1]
    if base is None or len(stamps) < len(pictures):  # a bare stream: its pictures alone
        rate = stream.guessed_rate
        if not rate:
            raise NotAFilmError("its pictures have no time stamps")
        base, last, stamps = 1 / rate, 1, list(range(len(pictures)))
    length = stamps[-1] - stamps[0]
    if length <= 0:
        raise NotAFilmError("its video has no length")
    codec = stream.codec_context
    return Film(
        stream=stream.index,
        codec=codec.codec.canonical_name,
        width=codec.width,
        height=codec.height,
        times_s=tuple(float((stamp - stamps[0]) * base) for stamp in stamps),
        length_s=(length + (last or Fraction(length, len(stamps) - 1))) * base,
    )
