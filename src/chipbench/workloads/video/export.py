"""The export workload: a clip through one of this machine's encoders, timed as a whole."""

from collections.abc import Mapping
from pathlib import Path

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.metrics import metric
from chipbench.ground.processes import ProgramFailed
from chipbench.hardware.machine import Machine
from chipbench.measure.fingerprint import fingerprint
from chipbench.terminal.lines import announce
from chipbench.workloads.video.avconvert import find_avconvert, run_avconvert
from chipbench.workloads.video.clip import Clip, open_clip, require_space, write_footage
from chipbench.workloads.video.encoder import Choice, choose_encoder
from chipbench.workloads.video.ffmpeg import find_ffmpeg, run_ffmpeg
from chipbench.workloads.video.progress import FrameProgress
from chipbench.workloads.video.quality import quality
from chipbench.workloads.video.verification import verify
from chipbench.workloads.workload import Report

_FULL_HD_30 = 1920 * 1080 * 30  # pixels per second that the stated bit rates are for


class Export:
    """Exports `config.clip` with `config.codec`; the time counts once the output is verified."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        self._config = config
        self._values: dict[str, float] = {}
        self._tags: dict[str, object] = {tags.METHOD: config.method}

    @property
    def variant(self) -> str:
        """The encoder asked for."""
        return str(self._config.encoder)

    def fingerprint(self) -> str:
        """Hash of the clip, the codec and whether the portable encoder was asked for."""
        config = self._config
        clip = config.clip
        return fingerprint(
            {
                "kind": config.kind,
                "benchmark": config.benchmark,
                "method": config.method,
                "clip": [clip.duration_s, clip.resolution, clip.fps, Path(clip.path or "").name],
                "encoder": "software" if config.encoder == "software" else "any",
            }
        )

    def prepare(self) -> None:
        """Find ffmpeg and an encoder, render the clip, and see that there is room."""
        config = self._config
        self._ffmpeg = find_ffmpeg(config.ffmpeg.path)
        announce(f"trying the encoders of codec={config.codec.name}")
        self._choice = choose_encoder(config.encoder, config.codec, self._ffmpeg)
        self._clip = self._open_clip()
        self._output = Path(config.output_dir) / f"export{config.codec.suffix}"
        size = self._megabits_per_s() / 8 * 1e6 * self._clip.duration_s
        require_space(self._output.parent, size, "the export", "output_dir")
        self._encoder_name = self._choice.encoder.name
        self._tags |= self._findings(self._clip, self._choice)

    def tags(self) -> Mapping[str, object]:
        """The encoder that is used, what was refused, and what the clip is."""
        return self._tags

    def measure(self, report: Report) -> None:
        """Export the clip; a partial output is removed."""
        try:
            self._time_s = self._encode(report)
        except BaseException:
            self._output.unlink(missing_ok=True)
            raise

    def finish(self) -> None:
        """Verify the output, only then take the time, measure the quality, and remove it."""
        kept = False
        try:
            announce("verifying the output")
            verify(self._output, self._clip, self._config.codec.stream, self._ffmpeg)
            self._values = self._measured(self._time_s)
            if self._config.quality:
                announce("measuring its quality")
                self._values |= quality(self._output, self._clip, self._ffmpeg)
            kept = bool(self._config.keep_output)
        finally:
            if not kept:
                self._output.unlink(missing_ok=True)

    def summary(self) -> dict[str, float]:
        """The export's metrics; none before its output was verified."""
        return self._values

    def headline(self) -> str:
        """Time, speed and encoder."""
        if not self._values:
            return "**no export finished**"
        names = (metrics.EXPORT_TIME, metrics.REALTIME_FACTOR)
        shown = ", ".join(metric(name).format(self._values[name]) for name in names)
        return f"**{shown}** ({self._encoder_name}, transcode)"

    def trained_model(self) -> None:
        """An export trains nothing."""

    def write_artifacts(self, folder: Path) -> None:
        """The metrics say it all."""

    def _encode(self, report: Report) -> float:
        """Seconds that the encoder takes for the clip."""
        clip, encoder = self._clip, self._choice.encoder
        target = ["-map", "0:v:0", "-frames:v", str(clip.frames), "-c:v", encoder.name]
        target += [*encoder.arguments, *self._rate(), str(self._output)]
        announce(f"exporting {clip.duration_s:g} s with {encoder.name}")
        with FrameProgress(clip.frames, clip.fps, report) as progress:
            return run_ffmpeg(self._ffmpeg, [*clip.input, *target], progress).time_s

    def _open_clip(self) -> Clip:
        config = self._config
        frames = round(min(config.clip.rendered_s, config.clip.duration_s) * config.clip.fps)
        with FrameProgress(frames, config.clip.fps, what="rendering") as progress:
            return open_clip(config.clip, self._ffmpeg, cache_folder(config.cache_dir), progress)

    def _megabits_per_s(self) -> float:
        """The codec's stated rate, scaled to the clip's pixels per second."""
        pixels_per_s = self._clip.width * self._clip.height * self._clip.fps
        return float(self._config.codec.megabits_per_s) * pixels_per_s / _FULL_HD_30

    def _rate(self) -> list[str]:
        if self._config.codec.fixed_rate:
            return []
        return ["-b:v", f"{self._megabits_per_s():.3f}M"]

    def _measured(self, time_s: float) -> dict[str, float]:
        size = self._output.stat().st_size
        return {
            metrics.EXPORT_TIME: time_s,
            metrics.REALTIME_FACTOR: self._clip.duration_s / time_s,
            metrics.FRAMES_PER_SECOND: self._clip.frames / time_s,
            metrics.OUTPUT_BYTES: size,
            metrics.OUTPUT_BITRATE: size * 8 / 1e6 / self._clip.duration_s,
        }

    def _findings(self, clip: Clip, choice: Choice) -> dict[str, object]:
        refused = "; ".join(f"{name}: {why}" for name, why in choice.refused.items())
        looped = clip.loops > 1
        return {
            tags.ENCODER: choice.encoder.name,
            tags.ENCODERS_REFUSED: refused or None,
            tags.DEVICE: "software" if choice.encoder.software else "hardware",
            tags.DATA_SOURCE: "own file" if self._config.clip.path else "generated",
            tags.CLIP_LOOPED: f"a rendered part, {clip.loops} times" if looped else None,
        }


class AvConvert(Export):
    """Exports through AVFoundation, which chooses encoder and bit rate by a preset of its own."""

    @property
    def variant(self) -> str:
        """The other way of exporting."""
        return "avconvert"

    def prepare(self) -> None:
        """Find the program, render the clip, and try the preset on a second of footage."""
        config = self._config
        self._program = find_avconvert()
        self._ffmpeg = find_ffmpeg(config.ffmpeg.path)
        if config.codec.avconvert_preset is None:
            raise UnsupportedBenchmark(f"method=avconvert has no preset for {config.codec.name}")
        self._clip = clip = self._open_clip()
        if clip.loops > 1:
            raise UnsupportedBenchmark(
                "method=avconvert cannot play the rendered part several times: add "
                f"clip.rendered_s={config.clip.duration_s:g}"
            )
        self._preset = config.codec.avconvert_preset.format(width=clip.width, height=clip.height)
        self._encoder_name = f"avconvert {self._preset}"
        self._output = Path(config.output_dir) / "export.mov"
        size = self._megabits_per_s() / 8 * 1e6 * clip.duration_s
        require_space(self._output.parent, size, "the export", "output_dir")
        self._try()
        self._tags |= {
            tags.ENCODER: self._encoder_name,
            tags.DATA_SOURCE: "own file" if config.clip.path else "generated",
        }

    def _try(self) -> None:
        source = self._output.with_name("trial.mov")
        clip = self._clip
        try:
            write_footage(source, self._ffmpeg, (clip.width, clip.height), clip.fps, 30)
            run_avconvert(self._program, source, self._output, self._preset)
        except ProgramFailed as error:
            raise UnsupportedBenchmark(f"{self._encoder_name} is not usable ({error})") from None
        finally:
            source.unlink(missing_ok=True)
            self._output.unlink(missing_ok=True)

    def _encode(self, report: Report) -> float:
        return run_avconvert(self._program, self._clip.path, self._output, self._preset)


class HandTimed(Export):
    """An export that a person timed in Final Cut Pro; it is recorded, not run."""

    def prepare(self) -> None:
        """There is nothing to find: the seconds are stated."""
        self._tags |= {tags.ENCODER: "Final Cut Pro, timed by hand"}

    def measure(self, report: Report) -> None:
        """Take the stated time."""
        seconds = float(self._config.export_time_s)
        clip = self._config.clip
        self._values = {
            metrics.EXPORT_TIME: seconds,
            metrics.REALTIME_FACTOR: clip.duration_s / seconds,
        }

    def finish(self) -> None:
        """There is no output to verify."""

    def headline(self) -> str:
        """The stated time."""
        return f"**{self._config.export_time_s} s**, timed by hand in Final Cut Pro"


def create_export(config: DictConfig, machine: Machine) -> Export:
    """The workload that `method` means."""
    kinds = {"transcode": Export, "avconvert": AvConvert, "final_cut_manual": HandTimed}
    return kinds[config.method](config, machine)
