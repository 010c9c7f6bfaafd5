"""Runs sorted into benchmarks, and within them into groups that may be ranked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from chipbench.comparison.groups import Benchmark, Group, Row, Sorted
from chipbench.ground import tags
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import Ratio, ratio

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
