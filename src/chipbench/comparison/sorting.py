"""Runs sorted into benchmarks, and within them into groups that may be ranked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chipbench.comparison.baseline import choose_baseline
from chipbench.comparison.groups import Benchmark, Group, Row, Sorted
from chipbench.comparison.sessions import samples_of, sessions
from chipbench.ground import tags
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import Ratio, ratio, simultaneous

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
        context = tuple(_context(run, tag) for tag in _CONTEXT)
        by_machine[run.machine, *context].append(run)
    shared = {
        words: values.pop()
        for tag, words in _CONTEXT.items()
        if len(values := {_context(run, tag) for run in runs}) == 1 and "" not in values
    }
    members = list(by_machine.values())
    base = choose_baseline(members, baseline)
    rows = sorted(_rows(members, metric, base, shared), key=lambda row: row.time_s)
    name = None if base is None else members[base][0].machine
    return Group(fingerprint, metric, tuple(rows), name, shared)


def _rows(
    members: Sequence[Sequence[RecordedRun]],
    metric: str,
    base: int | None,
    shared: Mapping[str, str],
) -> Iterator[Row]:
    """A row per machine, each compared with that of number `base` so that all claims hold."""
    times = [
        [[run.metrics[metric] for run in session] for session in sessions(runs)] for runs in members
    ]
    samples = [samples_of(part) for part in times]
    confidence = simultaneous(sum(len(part) > 1 for part in samples) - 1)
    for number, runs in enumerate(members):
        compared = None
        if base is not None:
            same = number == base
            compared = Ratio(1.0) if same else ratio(samples[number], samples[base], confidence)
        yield Row(
            machine=runs[0].machine,
            runs=tuple(runs),
            times_s=tuple(time for session in times[number] for time in session),
            samples_s=tuple(samples[number]),
            ratio=compared,
            one_session=base is not None and min(len(times[number]), len(times[base])) == 1,
            marks=tuple(_marks(runs[0], shared)),
        )


def _marks(run: RecordedRun, shared: Mapping[str, str]) -> Iterator[str]:
    for tag, words in _CONTEXT.items():
        if words not in shared and (value := _context(run, tag)):
            yield f"{words} {value}"


def _context(run: RecordedRun, tag: str) -> str:
    """A tag's value; of the learning curve the verdict, without the reasons of this run."""
    value = run.tags.get(tag, "")
    return value.partition(":")[0] if tag == tags.LEARNING_CURVE else value
