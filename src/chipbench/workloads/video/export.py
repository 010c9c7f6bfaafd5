"""The export workload: a clip through one of this machine's encoders, timed as a whole."""

from collections.abc import Callable, Mapping
from pathlib import Path

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.hardware.computing_device import Used
from chipbench.hardware.machine import Machine
from chipbench.terminal.markdown import markdown_text
from chipbench.terminal.messages import announce
from chipbench.workloads.video.export_verification import verify
from chipbench.workloads.video.quality import quality
from chipbench.workloads.video.source_clip import Clip
from chipbench.workloads.workload import Report, Work

#: Exports the clip, reporting its speed; gives the seconds that it took.
Encode = Callable[[Report], float]


class Export:
    """Exports `config.clip` with `config.codec`; each `method` prepares it in its own way."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine

    @property
    def variant(self) -> str:
        """The codec, and by what it is made where that is not left to chipbench."""
        encoder = "" if self._config.encoder == "auto" else f" · {self._config.encoder}"
        return f"{self._config.codec.name}{encoder}"

    @property
    def tags(self) -> Mapping[str, object]:
        """The method."""
        return {tags.METHOD: self._config.method}


class PreparedExport:
    """An export whose time counts once its output is verified."""

    def __init__(
        self,
        config: DictConfig,
        encode: Encode,
        clip: Clip,
        output: Path,
        ffmpeg: str,
        found: Mapping[str, object],
        used: Used,
    ) -> None:
        """`encode` writes `clip` to `output`; `found`: the tags that preparing gave."""
        self.tags = found
        self.used = used
        self._config = config
        self._encode = encode
        self._clip = clip
        self._output = output
        self._ffmpeg = ffmpeg
        self._time_s = 0.0
        self._values: dict[str, float] = {}

    def measure(self, report: Report) -> None:
        """Export the clip; a partial output is removed."""
        try:
            self._time_s = self._encode(report)
        except BaseException:
            self._output.unlink(missing_ok=True)
            raise

    def finish(self) -> None:
        """Verify the output, and only then take the time; what is wrong is removed."""
        try:
            announce("verifying the output")
            verify(self._output, self._clip, self._config.codec.stream)
            self._values = self._measured()
        except BaseException:
            self._output.unlink(missing_ok=True)
            raise

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """How close the pictures are to the clip's; then the output is not needed any more."""
        return {"measuring the quality": self._compare}

    def _compare(self) -> None:
        try:
            if self._config.quality:
                announce("measuring its quality")
                self._values |= quality(self._output, self._clip, self._ffmpeg)
        finally:
            if not self._config.keep_output:
                self._output.unlink(missing_ok=True)

    def work(self) -> Work:
        """The export's metrics; none before its output was verified."""
        if not self._values:
            return Work(headline="**no export finished**")
        names = (metrics.EXPORT_TIME, metrics.REALTIME_FACTOR)
        shown = ", ".join(metric(name).format(self._values[name]) for name in names)
        headline = f"**{shown}** ({markdown_text(str(self.tags[tags.ENCODER]))}, transcode)"
        return Work(headline=headline, metrics=self._values)

    def _measured(self) -> dict[str, float]:
        size, time_s = self._output.stat().st_size, self._time_s
        return {
            metrics.EXPORT_TIME: time_s,
            metrics.REALTIME_FACTOR: self._clip.duration_s / time_s,
            metrics.FRAMES_PER_SECOND: self._clip.frames / time_s,
            metrics.OUTPUT_BYTES: size,
            metrics.OUTPUT_BITRATE: size * 8 / 1e6 / self._clip.duration_s,
        }
