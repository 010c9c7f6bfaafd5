"""What every workload is to the benchmark that runs it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from chipbench.ground.finding import Finding
from chipbench.hardware.computing_device import Used
from chipbench.measure.sensor_sample import Reading

#: Takes one step's metrics by name: `report(step, values)`.
Report = Callable[[int, Mapping[str, float]], None]
#: Writes one file of a result.
Write = Callable[[Path], None]
#: Draws one file of what was measured and of the sensors' readings beside it.
Draw = Callable[[Path, Sequence[Reading]], None]


@dataclass(frozen=True)
class Work:
    """What was measured, as far as it came."""

    headline: str = "**nothing was measured**"  # the result in one line of Markdown
    metrics: Mapping[str, float] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)  # by the metric of its 1,000's energy
    tags: Mapping[str, object] = field(default_factory=dict)  # what the work itself showed
    caveats: tuple[Finding, ...] = ()  # what speaks against the work, whatever its times
    model: Any | None = None  # the Keras model that was trained
    files: Mapping[str, Write] = field(default_factory=dict)  # tables and plots, by their names
    plots: Mapping[str, Draw] = field(default_factory=dict)  # those with the sensors' readings


class Prepared(Protocol):
    """A workload with its data loaded and all built and checked: it can be measured."""

    @property
    def tags(self) -> Mapping[str, object]:
        """What a reader of the result must know of how it is done."""

    @property
    def used(self) -> Used:
        """What of the machine computes it."""

    def measure(self, report: Report) -> None:
        """Do the timed work; report each step's metrics as it ends."""

    def finish(self) -> None:
        """Check what the timed work made, without which its time does not count."""

    def extras(self) -> Mapping[str, Callable[[], None]]:
        """What is measured besides once the time counts, by what it is; each may fail alone."""

    def work(self) -> Work:
        """What was measured up to now, also after a failure."""


class Workload(Protocol):
    """One thing that can be measured on a machine."""

    @property
    def variant(self) -> str:
        """What tells runs of one benchmark apart in a run's name, such as `b32`."""

    @property
    def tags(self) -> Mapping[str, object]:
        """What is known of it before it is prepared."""

    def prepare(self) -> Prepared:
        """Load data, build, check: all that is not timed.

        Raises UnsupportedBenchmark if this machine cannot run it, ConfigurationError if it was
        asked for wrongly.
        """
