"""What every workload is to the benchmark that runs it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

#: Takes one step's metrics by name: `report(step, values)`.
Report = Callable[[int, Mapping[str, float]], None]


class Workload(Protocol):
    """One thing that can be measured on a machine."""

    @property
    def variant(self) -> str:
        """What tells runs of one benchmark apart in a run's name, such as `b32`."""

    def fingerprint(self) -> str:
        """The hash of what must be equal for two runs to be compared."""

    def prepare(self) -> None:
        """Load data, build, check: all that is not timed.

        Raises UnsupportedBenchmark if this machine cannot run it, ConfigurationError if it was
        asked for wrongly.
        """

    def tags(self) -> Mapping[str, object]:
        """What `prepare` found out and a reader of the result must know."""

    def measure(self, report: Report) -> None:
        """Do the timed work; report each step's metrics as it ends."""

    def finish(self) -> None:
        """Check what the timed work made; neither timed nor monitored."""

    def summary(self) -> dict[str, float]:
        """Metrics of all that was measured, also after a failure."""

    def headline(self) -> str:
        """The result in one line of Markdown, for the run's page."""

    def trained_model(self) -> Any | None:
        """The Keras model that was trained, if any."""

    def write_artifacts(self, folder: Path) -> None:
        """Write tables and plots of what was measured into `folder`."""
