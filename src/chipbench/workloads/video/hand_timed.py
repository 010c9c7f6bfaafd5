"""An export that a person timed in Final Cut Pro; it is recorded, not run."""

from collections.abc import Callable, Mapping

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.hardware.used import ELSEWHERE, Used
from chipbench.workloads.video.clip import Clip, own_clip
from chipbench.workloads.video.export import Export
from chipbench.workloads.workload import Report, Work


class HandTimed(Export):
    """Takes the seconds that a person states."""

    @property
    def variant(self) -> str:
        """The encoder asked for."""
        return str(self._config.encoder)

    def prepare(self) -> "PreparedHandTimed":
        """The seconds are stated; the length of a film of the user's own is read."""
        own = self._config.clip.path
        return PreparedHandTimed(self._config, own and own_clip(own, decoded=False))


class PreparedHandTimed:
    """The stated seconds."""

    used = Used(ELSEWHERE)

    def __init__(self, config: DictConfig, own: Clip | None) -> None:
        found = {tags.ENCODER: "Final Cut Pro, timed by hand"}
        self.tags: Mapping[str, object] = found | dict(own.origin if own else {})
        self._seconds = config.export_time_s
        self._duration_s = own.duration_s if own else config.clip.duration_s

    def measure(self, _report: Report) -> None:
        """Nothing runs."""

    def finish(self) -> None:
        """There is no output to verify."""

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """Nothing is measured besides."""
        return {}

    def work(self) -> Work:
        """The stated time."""
        seconds = float(self._seconds)
        return Work(
            headline=f"**{self._seconds} s**, timed by hand in Final Cut Pro",
            metrics={
                metrics.EXPORT_TIME: seconds,
                metrics.REALTIME_FACTOR: self._duration_s / seconds,
            },
        )
