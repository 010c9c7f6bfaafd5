"""The source clip: generated footage rendered once, or the user's own file."""

import re
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.files import free_bytes
from chipbench.ground.processes import ProgramFailed
from chipbench.ground.sealed import made
from chipbench.terminal.lines import announce
from chipbench.workloads.video.ffmpeg import Progress, run_ffmpeg

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
    fps: float
    width: int
    height: int
    loops: int  # how often the file is played; 1: once

    @property
    def duration_s(self) -> float:
        """Length of the export."""
        return self.frames / self.fps

    @property
    def input(self) -> list[str]:
        """ffmpeg's arguments that read it."""
        repeat = ["-stream_loop", str(self.loops - 1)] if self.loops > 1 else []
        return [*repeat, "-i", str(self.path)]


def open_clip(config: DictConfig, ffmpeg: str, cache_dir: Path, progress: Progress) -> Clip:
    """The clip that `config` (an option of `clip/`) means, rendered if it must be.

    Raises ConfigurationError for a wrong key or a file that is no video, UnsupportedBenchmark if
    the disk is too small.
    """
    if config.path is not None:
        return _own(Path(config.path).expanduser(), ffmpeg)
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
    run_ffmpeg(ffmpeg, [*source, "-frames:v", str(frames), *codec, str(path)], progress)


def footage(size: tuple[int, int], fps: float) -> str:
    """ffmpeg's description of the footage: moving shapes, waves of all finenesses, seeded noise."""
    picture = f"size={size[0]}x{size[1]}:rate={fps}"
    return (
        f"testsrc2={picture}[shapes];"
        f"zoneplate={picture}:kx2=40:ky2=40:kt=12[waves];"
        "[shapes][waves]blend=all_mode=average,noise=alls=6:allf=t:all_seed=7,format=yuv420p"
    )


def _own(path: Path, ffmpeg: str) -> Clip:
    """The user's file: its frames are counted, as its header may be wrong."""
    if not path.is_file():
        raise ConfigurationError(f"clip.path={path}: no such file")
    try:
        arguments = ["-i", str(path), "-map", "0:v:0", "-f", "null", "-"]
        counted = run_ffmpeg(ffmpeg, arguments, messages="info")
    except ProgramFailed as error:
        message = f"clip.path={path}: no video that ffmpeg reads ({error})"
        raise ConfigurationError(message) from None
    found = re.search(r"Video: .*?(\d{2,5})x(\d{2,5})[ ,].*?([\d.]+) fps", counted.messages)
    if found is None or counted.frames == 0:
        raise ConfigurationError(f"clip.path={path}: it holds no video")
    width, height, fps = int(found[1]), int(found[2]), float(found[3])
    return Clip(path, counted.frames, fps, width, height, loops=1)


def require_space(folder: Path, size: float, what: str, key: str) -> None:
    """Raise UnsupportedBenchmark unless `folder`'s disk has room for `size` bytes and a tenth."""
    free = free_bytes(folder)
    if free < 1.1 * size:
        raise UnsupportedBenchmark(
            f"{what} takes about {size / 1e9:.2f} GB and the disk has {free / 1e9:.2f} GB free: "
            f"use a shorter clip.duration_s, or {key}=<folder> on another disk"
        )
