"""What is ranked: a machine's row, the group it may be ranked in, the benchmark of the group."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from chipbench.comparison.settings_in_words import circumstance, setting
from chipbench.ground import metrics, tags
from chipbench.measure.energy import WHOLE_PERCENT
from chipbench.measure.fingerprint import BENCHMARK_VERSION, work
from chipbench.measure.outliers import outliers
from chipbench.measure.recorded_run import SPEED_METRICS, RecordedRun
from chipbench.measure.statistics import Ratio, centre, confidence_among, spread_percent


@dataclass(frozen=True)
class Row:
    """One machine in a group: all its comparable runs, repeats of each other."""

    machine: str
    runs: tuple[RecordedRun, ...]
    times_s: tuple[float, ...]  # of the runs
    samples_s: tuple[float, ...]  # of the sessions, or of the runs of a single one
    ratio: Ratio | None  # of time to the baseline's; None if the group has no baseline
    one_session: bool  # on this side of the ratio or on the baseline's
    marks: tuple[str, ...]  # what differs from other rows of the group

    @property
    def time_s(self) -> float:
        """Geometric mean, which the ratio is made of as well."""
        return centre(self.samples_s)

    @property
    def spread_percent(self) -> float | None:
        """Standard deviation of the repeats; None with fewer than two."""
        return spread_percent(self.times_s)

    @property
    def outliers_s(self) -> list[float]:
        """Repeats that stand apart: named, not dropped."""
        return outliers(self.times_s)

    @property
    def speed(self) -> float | None:
        """Images, sequences or frames per second, mean over the repeats."""
        return self.mean_of(*SPEED_METRICS)

    @property
    def of_peak(self) -> float | None:
        """Achieved FLOP/s in per cent of the device's peak, mean over the repeats."""
        return self.mean_of(metrics.FLOPS_UTILIZATION)

    @property
    def caveats(self) -> str | None:
        """Why the latest doubted run's times may not be the machine's own; None if none is."""
        doubted = [run.tags[tags.CAVEATS] for run in self.runs if run.tags.get(tags.CAVEATS)]
        if not doubted:
            return None
        return f"caution, {len(doubted)} of {len(self.runs)} runs: {doubted[-1]}"

    @property
    def is_reference(self) -> bool:
        """Whether the row is a published result."""
        return self.runs[0].is_reference

    @property
    def origin(self) -> str:
        """Whence the row came, if it was not measured for this store: stands after its name."""
        if self.source == "measured":
            return ""
        return f" ({self.source} by {self.shared_by})" if self.shared_by else f" ({self.source})"

    @property
    def source(self) -> str:
        """Whence the row came, in a word."""
        if self.is_reference:
            return "published"
        return "shared" if self.runs[0].is_shared else "measured"

    @property
    def shared_by(self) -> str | None:
        """Who shared the row, if it is shared and they gave a name."""
        return self.runs[0].tags.get(tags.SHARED_BY) if self.source == "shared" else None

    @property
    def price_usd(self) -> float | None:
        """As bought; None if unknown or free."""
        return self.runs[0].price_usd

    @property
    def is_free(self) -> bool:
        """Whether the machine costs nothing."""
        return self.runs[0].is_free

    @property
    def energy_basis(self) -> str | None:
        """What the repeats' joules are of; None where that differs, or is not known of all."""
        return self._counted[0]

    @property
    def energy_j(self) -> float | None:
        """Geometric mean of the repeats whose whole time was counted, if they are of one basis."""
        return self._counted[1]

    @property
    def _counted(self) -> tuple[str | None, float | None]:
        known = [
            (run.tags.get(tags.ENERGY_BASIS), joules)
            for run in self.runs
            if (joules := run.metric(metrics.ENERGY) or 0) > 0
            and run.metrics.get(metrics.ENERGY_COVERED, 100.0) >= WHOLE_PERCENT
        ]
        bases = {basis for basis, _ in known}
        if len(bases) != 1:
            return None, None
        return bases.pop(), centre([joules for _, joules in known])

    @property
    def energy_per_thousand_j(self) -> float | None:
        """Net joules of 1,000 images or tokens, if all that the repeats counted is of one basis."""
        if self.energy_basis is None:
            return None
        return self.mean_of(metrics.NET_ENERGY_PER_IMAGES, metrics.NET_ENERGY_PER_TOKENS)

    def mean_of(self, *names: str) -> float | None:
        """Geometric mean of the first of these metrics that any repeat has above 0."""
        for name in names:
            values = [v for run in self.runs if (v := run.metric(name) or 0) > 0]
            if values:
                return centre(values)
        return None


#: Settings that the title of every table says.
TITLED = (
    "clip.duration_s",
    "batch_size",
    "epochs",
    "duration_s",
    "precision",
    "dataset.max_examples",
)


@dataclass(frozen=True)
class Group:
    """Rows that may be ranked together, fastest first."""

    fingerprint: str
    version: str  # of the benchmark
    metric: str
    rows: tuple[Row, ...]
    baseline: str | None
    shared: Mapping[str, str]  # context that all rows share
    apart: tuple[str, ...] = ()  # settings that other groups of the benchmark have not

    @property
    def title(self) -> str:
        """What sets this group apart, in words."""
        parts = [] if self.is_current else [f"benchmark version {self.version}"]
        parts += [circumstance(name, value) for name, value in self.shared.items()]
        first = self.rows[0].runs[0]
        in_effect = work(first.params, first.tags)
        for key in filter(in_effect.__contains__, TITLED):
            stated = {run.params.get(key) for row in self.rows for run in row.runs}
            value = stated.pop() if len(stated) == 1 else None
            if value not in (None, "None"):
                parts.append(setting(key, value))
        return ", ".join([*parts, *self.apart]) or self.fingerprint

    @cached_property
    def confidence(self) -> float:
        """Of each of its ratios, whichever of its machines is the baseline."""
        return confidence_among(row.samples_s for row in self.rows)

    @property
    def is_current(self) -> bool:
        """Whether this chipbench's version of the benchmark measured it."""
        return self.version == str(BENCHMARK_VERSION)


@dataclass(frozen=True)
class Benchmark:
    """All groups of one benchmark."""

    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Sorted:
    """The benchmarks, and how many runs were left out, by reason."""

    benchmarks: tuple[Benchmark, ...]
    left_out: Mapping[str, int]
    failed: tuple[RecordedRun, ...]
