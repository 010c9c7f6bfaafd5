"""A result beside others that did the same work: the published ones, and those shared before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.ranked_groups import Group, Row
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import Ratio, ratio, simultaneous

_MOST = 3


@dataclass(frozen=True)
class Versus:
    """How many times as fast as another machine this one did a benchmark."""

    benchmark: str
    other: str  # the machine, and whence its number is
    speed: Ratio


def versus(own: Sequence[RecordedRun], others: Sequence[RecordedRun]) -> list[Versus]:
    """Three comparisons at most: with the fastest, the slowest and one between, by benchmark."""
    mine = {run.run_id for run in own}
    kept = [run for run in others if run.run_id not in mine]
    found = sort_runs([*own, *kept])
    several = [
        (benchmark.name, group, row)
        for benchmark in found.benchmarks
        for group in benchmark.groups
        for row in group.rows
        if row.runs[0].run_id in mine and len(group.rows) > 1
    ]
    chosen = [one for name, group, row in several for one in _of_row(name, group, row, mine)]
    return _spread(chosen)


def _of_row(benchmark: str, group: Group, own: Row, mine: set[str]) -> Iterator[Versus]:
    others = [row for row in group.rows if row.runs[0].run_id not in mine]
    confidence = simultaneous(min(len(others), _MOST))
    for row in others:
        speed = ratio(row.samples_s, own.samples_s, confidence)
        yield Versus(benchmark, f"{row.machine}{row.origin}", speed)


def _spread(found: Sequence[Versus]) -> list[Versus]:
    """The first, the middle and the last, by how much faster this machine is."""
    ordered = sorted(found, key=lambda one: one.speed.value)
    places = dict.fromkeys((0, (len(ordered) - 1) // 2, len(ordered) - 1))
    return [ordered[place] for place in places] if ordered else []
