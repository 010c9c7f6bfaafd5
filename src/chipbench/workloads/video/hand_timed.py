"""An export that a person timed in Final Cut Pro; it is recorded, not run."""

from collections.abc import Callable, Mapping

from chipbench.ground import metrics, tags
from chipbench.ground.cache import named_folder
from chipbench.hardware.computing_device import ELSEWHERE, Used
from chipbench.workloads.video.export import Export
from chipbench.workloads.video.source_clip import Clip, own_clip
from chipbench.workloads.workload import Report, Work


class HandTimed(Export):
    """Takes the seconds that a person states."""

    @property
    def variant(self) -> str:
        """The codec, and that a person held the watch."""
        return f"{self._config.codec.name} · by hand"

    def prepare(self) -> "PreparedHandTimed":
        """The seconds are stated; a film of the user's own may be on another machine."""
        own = self._config.clip.path
        if own is None:
            return PreparedHandTimed(self._config.export_time_s, self._config.clip.duration_s)
        here = named_folder("clip.path", own).is_file()
        clip = own_clip(own, decoded=False) if here else None
        duration_s = None if clip is None else clip.duration_s
        return PreparedHandTimed(self._config.export_time_s, duration_s, clip)


class PreparedHandTimed:
    """The stated seconds."""

    used = Used(ELSEWHERE)

    def __init__(self, seconds: float, duration_s: float | None, own: Clip | None = None) -> None:
        """`duration_s`: of the clip, None if unknown; `own`: it, where it is here."""
        found = {tags.ENCODER: "Final Cut Pro, timed by hand"}
        self.tags: Mapping[str, object] = found | dict(own.origin if own else {})
        self._seconds = seconds
        self._duration_s = duration_s

    def measure(self, _report: Report) -> None:
        """Nothing runs."""

    def finish(self) -> None:
        """There is no output to verify."""

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """Nothing is measured besides."""
        return {}

    def work(self) -> Work:
        """The stated time."""
        found = {metrics.EXPORT_TIME: float(self._seconds)}
        if self._duration_s is not None:
            found[metrics.REALTIME_FACTOR] = self._duration_s / self._seconds
        return Work(f"**{self._seconds} s**, timed by hand in Final Cut Pro", found)
