"""The source clip: generated footage rendered once, or the user's own file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from omegaconf import DictConfig

from chipbench.ground import tags
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.files import free_bytes
from chipbench.ground.regular_files import sha256
from chipbench.ground.sealed_files import made
from chipbench.terminal.messages import announce
from chipbench.workloads.video.ffmpeg import Progress, file, run_ffmpeg
from chipbench.workloads.video.video_facts import Film, NotAFilmError, read_film, read_packets

#: Part of the cache's key: raised when the footage changes.
VERSION = 1
RESOLUTIONS = {"1080p": (1920, 1080), "2160p": (3840, 2160)}
#: Bytes of one rendered frame at 1080p: noise in the footage makes it large.
_FRAME_BYTES = 900_000


@dataclass(frozen=True)
class Clip:
    """What is exported."""

    path: Path
    frames: int  # that an export of it must have
    fps: float | Fraction  # on average
    width: int
    height: int
    loops: int  # how often the file is played; 1: once
    film: Film | None = None  # of the user's own file

    @property
    def duration_s(self) -> float:
        """Length of the export."""
        return float(self.frames / self.fps)

    @property
    def times_s(self) -> Sequence[float]:
        """When each frame is shown, from the first on."""
        if self.film is not None:
            return self.film.times_s
        return [number / self.fps for number in range(self.frames)]

    @property
    def stream(self) -> int:
        """The index of its video in the file."""
        return 0 if self.film is None else self.film.stream

    @property
    def input(self) -> list[str]:
        """ffmpeg's arguments that read it."""
        repeat = ["-stream_loop", str(self.loops - 1)] if self.loops > 1 else []
        return [*repeat, "-i", file(self.path)]

    @property
    def output(self) -> list[str]:
        """ffmpeg's arguments that write its frames, each at its own time, and nothing else."""
        chosen = ["-map", f"0:{self.stream}", "-frames:v", str(self.frames)]
        as_timed = ["-fps_mode", "vfr", "-enc_time_base", "1:90000"]
        return chosen if self.film is None else [*chosen, *as_timed]

    @property
    def origin(self) -> Mapping[str, str]:
        """The tags that say what it is; a file of the user's own is known by what it holds."""
        if self.film is None:
            return {tags.DATA_SOURCE: "generated"}
        found = sha256(self.path.resolve())
        return {tags.DATA_SOURCE: "own file", tags.CLIP: f"sha256:{found[:16]}"}


def open_clip(config: DictConfig, ffmpeg: str, cache_dir: Path, progress: Progress) -> Clip:
    """The clip that `config` (an option of `clip/`) means, rendered if it must be.

    Raises ConfigurationError for a wrong key or a file that is no video, UnsupportedBenchmark if
    the disk is too small.
    """
    if config.path is not None:
        announce("reading the clip")
        return own_clip(config.path, decoded=True)
    size = RESOLUTIONS[config.resolution]
    frames = round(config.duration_s * config.fps)
    rendered = min(frames, round(config.rendered_s * config.fps))
    if rendered < 1:
        raise ConfigurationError(f"clip.duration_s={config.duration_s}: shorter than one frame")
    name = f"{config.resolution}-{config.fps}fps-{rendered}-v{VERSION}.mov"

    def render(path: Path) -> None:
        _render(path, ffmpeg, size, config.fps, rendered, progress)

    path = made(cache_dir / "clips" / name, render)
    return Clip(path, frames, config.fps, *size, loops=-(-frames // rendered))


def _render(
    path: Path, ffmpeg: str, size: tuple[int, int], fps: float, frames: int, progress: Progress
) -> None:
    pixels = size[0] * size[1] / (1920 * 1080)
    require_space(path.parent, frames * _FRAME_BYTES * pixels, "rendering the clip", "cache_dir")
    announce(f"rendering {frames / fps:g} s of footage, once")
    write_footage(path, ffmpeg, size, fps, frames, progress)


def write_footage(
    path: Path,
    ffmpeg: str,
    size: tuple[int, int],
    fps: float,
    frames: int,
    progress: Progress = lambda frames: None,
) -> None:
    """Encode footage in the mezzanine: Motion JPEG, which every decoder reads fast."""
    codec = ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"]
    source = ["-f", "lavfi", "-i", footage(size, fps)]
    run_ffmpeg(ffmpeg, [*source, "-frames:v", str(frames), *codec, file(path)], progress)


def footage(size: tuple[int, int], fps: float) -> str:
    """ffmpeg's description of the footage: moving shapes, waves of all finenesses, seeded noise."""
    picture = f"size={size[0]}x{size[1]}:rate={fps}"
    return (
        f"testsrc2={picture}[shapes];"
        f"zoneplate={picture}:kx2=40:ky2=40:kt=12[waves];"
        "[shapes][waves]blend=all_mode=average,noise=alls=6:allf=t:all_seed=7,format=yuv420p"
    )


def own_clip(configured: str, decoded: bool) -> Clip:
    """The user's file: `decoded` to its last frame, or read as its container has it.

    Raises ConfigurationError for what is no film.
    """
    path = named_folder("clip.path", configured)
    if not path.is_file():
        what = "not a file" if path.exists() else "no such file"
        raise ConfigurationError(f"clip.path={path}: {what}")
    try:
        film = read_film(path) if decoded else read_packets(path)
    except NotAFilmError as error:
        raise ConfigurationError(f"clip.path={path}: {error}") from None
    size = film.width, film.height
    return Clip(path, len(film.times_s), film.rate, *size, loops=1, film=film)


def require_space(folder: Path, size: float, what: str, key: str) -> None:
    """Raise UnsupportedBenchmark unless `folder`'s disk has room for `size` bytes and a tenth."""
    free = free_bytes(folder)
    if free < 1.1 * size:
        raise UnsupportedBenchmark(
            f"{what} takes about {size / 1e9:.2f} GB and the disk has {free / 1e9:.2f} GB free: "
            f"use a shorter clip.duration_s, or {key}=<folder> on another disk"
        )
