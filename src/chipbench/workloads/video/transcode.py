"""Exporting with ffmpeg, by the first of the codec's encoders that works here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from omegaconf import DictConfig

from chipbench.ground import tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.processes import ProgramFailed
from chipbench.hardware.computing_device import CPU, Used, encoder_of
from chipbench.terminal.messages import announce
from chipbench.workloads.video.encoder_selection import Choice, choose_encoder
from chipbench.workloads.video.export import Export, PreparedExport
from chipbench.workloads.video.export_progress import FrameProgress
from chipbench.workloads.video.ffmpeg import file, find_ffmpeg, run_ffmpeg
from chipbench.workloads.video.source_clip import Clip, open_clip, require_space
from chipbench.workloads.workload import Report

#: Frames of the user's own film that the encoder is tried on.
_TRIED_FRAMES = 30
_FULL_HD_30 = 1920 * 1080 * 30  # pixels per second that the stated bit rates are for


class Transcode(Export):
    """Decodes the clip and encodes it again."""

    def prepare(self) -> PreparedExport:
        """Find ffmpeg and an encoder, render the clip, and see that there is room."""
        config = self._config
        ffmpeg = find_ffmpeg(config.ffmpeg.path)
        announce(f"trying the encoders of codec={config.codec.name}")
        choice = choose_encoder(config.encoder, config.codec, ffmpeg)
        clip = rendered(config, ffmpeg)
        output = Path(config.output_dir) / f"export{config.codec.suffix}"
        require_space(output.parent, output_size(config, clip), "the export", "output_dir")

        encoder = choice.encoder
        target = ["-c:v", encoder.name, *encoder.arguments, *rate(config, clip)]
        if clip.film is not None:
            _try(clip, target, ffmpeg)

        def encode(report: Report) -> float:
            announce(f"exporting {clip.duration_s:g} s with {encoder.name}")
            with FrameProgress(clip.frames, float(clip.fps), report) as progress:
                arguments = [*clip.input, *clip.output, *target, file(output)]
                return run_ffmpeg(ffmpeg, arguments, progress).time_s

        used = Used(CPU) if encoder.software else encoder_of(self._machine, encoder.name)
        found = _findings(clip, choice, config)
        return PreparedExport(config, encode, clip, output, ffmpeg, found, used)


def rendered(config: DictConfig, ffmpeg: str) -> Clip:
    """The clip, rendered if it must be."""
    frames = round(min(config.clip.rendered_s, config.clip.duration_s) * config.clip.fps)
    with FrameProgress(frames, config.clip.fps, what="rendering") as progress:
        return open_clip(config.clip, ffmpeg, cache_folder(config.cache_dir), progress)


def output_size(config: DictConfig, clip: Clip) -> float:
    """Bytes that the export will take, about."""
    return _megabits_per_s(config, clip) / 8 * 1e6 * clip.duration_s


def _try(clip: Clip, target: Sequence[str], ffmpeg: str) -> None:
    """Raise ConfigurationError unless the encoder takes the film's first second, about."""
    begin = replace(clip, frames=min(clip.frames, _TRIED_FRAMES))
    try:
        run_ffmpeg(ffmpeg, [*begin.input, *begin.output, *target, "-f", "null", "-"])
    except ProgramFailed as error:
        raise ConfigurationError(
            f"clip.path={clip.path}: {target[1]} does not take it ({error}); use another codec or "
            "encoder, or another clip"
        ) from None


def _megabits_per_s(config: DictConfig, clip: Clip) -> float:
    """The codec's stated rate, scaled to the clip's pixels per second."""
    pixels_per_s = float(clip.width * clip.height * clip.fps)
    return float(config.codec.megabits_per_s) * pixels_per_s / _FULL_HD_30


def rate(config: DictConfig, clip: Clip) -> list[str]:
    """ffmpeg's arguments for the bit rate; none where the codec's profile sets it."""
    if config.codec.fixed_rate:
        return []
    return ["-b:v", f"{_megabits_per_s(config, clip):.3f}M"]


def _findings(clip: Clip, choice: Choice, config: DictConfig) -> dict[str, object]:
    refused = "; ".join(f"{name}: {why}" for name, why in choice.refused.items())
    looped = clip.loops > 1
    return {
        tags.ENCODER: choice.encoder.name,
        tags.ENCODERS_REFUSED: refused or None,
        tags.DEVICE: "software" if choice.encoder.software else "hardware",
        **clip.origin,
        tags.CLIP_LOOPED: f"a rendered part, {clip.loops} times" if looped else None,
    }
