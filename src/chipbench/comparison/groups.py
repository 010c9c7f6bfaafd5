"""Runs sorted into benchmarks, and within them into groups that may be ranked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from chipbench.ground import metrics, tags
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import Ratio, outliers, ratio, spread_percent

#: What may differ within a group and is then printed: tags, by the words that the report uses.
_CONTEXT = {
    tags.DATA_SOURCE: "data source",
    tags.OPTIMIZER_USED: "optimizer",
    tags.TENSORFLOW: "TensorFlow",
    tags.OS: "operating system",
    tags.PROTOCOL: "protocol",
    tags.LEARNING_CURVE: "learning curve",
    tags.POWER_SOURCE: "power source",
}
_SPEEDS = (metrics.STEADY_IMAGES_PER_SECOND, metrics.FRAMES_PER_SECOND)


@dataclass(frozen=True)
class Row:
    """One machine in a group: all its comparable runs, repeats of each other."""

    machine: str
    runs: tuple[RecordedRun, ...]
    times_s: tuple[float, ...]
    ratio: Ratio | None  # of time to the baseline's; None if the group has no baseline
    marks: tuple[str, ...]  # what differs from other rows of the group

    @property
    def time_s(self) -> float:
        """Median over the repeats."""
        return median(self.times_s)

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
        """Images or frames per second, median over the repeats."""
        return self.median_of(*_SPEEDS)

    @property
    def of_peak(self) -> float | None:
        """Achieved FLOP/s in per cent of the device's peak, median over the repeats."""
        return self.median_of(metrics.FLOPS_UTILIZATION)

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
    def price_usd(self) -> float | None:
        """As bought; None if unknown or free."""
        try:
            return float(self.runs[0].tags.get(tags.PRICE, "")) or None
        except ValueError:
            return None

    def median_of(self, *names: str) -> float | None:
        """Median of the first of these metrics that any repeat has."""
        for name in names:
            values = [v for run in self.runs if (v := run.metric(name)) is not None]
            if values:
                return median(values)
        return None


@dataclass(frozen=True)
class Group:
    """Rows that may be ranked together, fastest first."""

    fingerprint: str
    metric: str
    rows: tuple[Row, ...]
    baseline: str | None
    shared: Mapping[str, str]  # context that all rows share

    @property
    def title(self) -> str:
        """What sets this group apart, in words."""
        parts = [f"{name} {value}" for name, value in self.shared.items()]
        first = self.rows[0].runs[0].params
        for key in ("batch_size", "epochs", "precision", "dataset.max_examples"):
            if first.get(key) not in (None, "None"):
                parts.append(f"{key} {first[key]}")
        return ", ".join(parts) or self.fingerprint


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


def sort_runs(runs: Iterable[RecordedRun], baseline: str | None = None) -> Sorted:
    """Group `runs` by benchmark and fingerprint; `baseline` is a machine's id or name.

    A run that did not finish, or has no time, is left out and counted.
    """
    left_out: Counter[str] = Counter()
    failed = []
    groups: dict[tuple[str, str, str], list[RecordedRun]] = defaultdict(list)
    for run in runs:
        reason = _why_left_out(run)
        if reason is not None:
            left_out[reason] += 1
            if run.status == "FAILED":
                failed.append(run)
            continue
        key = (run.tags[tags.EXPERIMENT], run.tags[tags.FINGERPRINT], str(run.ranking_metric))
        groups[key].append(run)
    benchmarks: dict[str, list[Group]] = defaultdict(list)
    for (name, fingerprint, metric), members in sorted(groups.items()):
        benchmarks[name].append(_group(fingerprint, metric, members, baseline))
    return Sorted(
        tuple(Benchmark(name, tuple(found)) for name, found in sorted(benchmarks.items())),
        left_out,
        tuple(failed),
    )


def _why_left_out(run: RecordedRun) -> str | None:
    if tags.EXPERIMENT not in run.tags or tags.FINGERPRINT not in run.tags:
        return f"of kind {run.tags[tags.KIND]}" if tags.KIND in run.tags else "not chipbench's"
    if run.status != "FINISHED":
        return f"status {run.status}"
    return None if run.ranking_metric else "no valid time"


def _group(
    fingerprint: str, metric: str, runs: Sequence[RecordedRun], baseline: str | None
) -> Group:
    by_machine: dict[tuple[str, ...], list[RecordedRun]] = defaultdict(list)
    for run in sorted(runs, key=lambda r: r.start_ms):
        # Runs of one machine are repeats only if what may differ is the same.
        context = tuple(run.tags.get(tag, "") for tag in _CONTEXT)
        by_machine[run.machine, *context].append(run)
    shared = {
        words: values.pop()
        for tag, words in _CONTEXT.items()
        if len(values := {run.tags.get(tag, "") for run in runs}) == 1 and "" not in values
    }
    base = _baseline(list(by_machine.values()), metric, baseline)
    rows = [_row(members, metric, base, shared) for members in by_machine.values()]
    name = None if base is None else base[0].machine
    return Group(fingerprint, metric, tuple(sorted(rows, key=lambda r: r.time_s)), name, shared)


def _baseline(
    rows: Sequence[Sequence[RecordedRun]], metric: str, wanted: str | None
) -> Sequence[RecordedRun] | None:
    """The row that the others are compared with: the one asked for, else the slowest."""
    for members in rows:
        if wanted is not None and wanted in (members[0].machine, members[0].tags.get(tags.MACHINE)):
            return members
    if wanted is not None or len(rows) < 2:
        return None
    return max(rows, key=lambda members: median(_times(members, metric)))


def _times(runs: Sequence[RecordedRun], metric: str) -> list[float]:
    return [run.metrics[metric] for run in runs]


def _row(
    runs: Sequence[RecordedRun],
    metric: str,
    base: Sequence[RecordedRun] | None,
    shared: Mapping[str, str],
) -> Row:
    times = _times(runs, metric)
    compared = None
    if base is not None:
        compared = Ratio(1.0) if base is runs else ratio(times, _times(base, metric))
    marks = [
        f"{words} {value}"
        for tag, words in _CONTEXT.items()
        if words not in shared and (value := runs[0].tags.get(tag))
    ]
    return Row(runs[0].machine, tuple(runs), tuple(times), compared, tuple(marks))
