"""The jobs of a sweep by combination of values: number, median, mean and interval of each."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from chipbench.ground.drawing.line_chart import Measured
from chipbench.measure.statistics import centre, interval
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.ended_job import PRINTED, SPEEDS, TIMES, JobEnd
from chipbench.sweeping.plan import in_common, names


@dataclass(frozen=True)
class Combination:
    """The repeats of one combination, in the order they were run."""

    jobs: tuple[JobEnd, ...]

    @property
    def benchmark(self) -> str:
        """What its jobs measured; empty if none came so far."""
        return next((ended.outcome.benchmark for ended in self.jobs if ended.done), "")

    @property
    def speed(self) -> float | None:
        """The mean speed of the jobs that are done."""
        known = self.values(lambda ended: ended.speed)
        return centre(known) if known else None

    def values(self, value_of: Callable[[JobEnd], float | None]) -> list[float]:
        """What `value_of` knows of its jobs."""
        return [value for ended in self.jobs if (value := value_of(ended)) is not None]


def combinations(jobs: Sequence[JobEnd]) -> list[Combination]:
    """The jobs, those of one combination together."""
    found: dict[tuple[object, ...], list[JobEnd]] = defaultdict(list)
    for ended in jobs:
        found[ended.job.item, ended.job.overrides].append(ended)
    return [Combination(tuple(repeats)) for repeats in found.values()]


def combination_rows(jobs: Sequence[JobEnd]) -> list[dict[str, object]]:
    """One row per combination: how many jobs it has and how many are done; of each metric the
    median, and of times and speeds the geometric mean with its 95 % interval."""
    return [
        {
            **combination.jobs[0].job.values,
            "jobs": len(combination.jobs),
            "done": sum(ended.done for ended in combination.jobs),
        }
        | {key: value for name in PRINTED for key, value in _figures(combination, name).items()}
        for combination in combinations(jobs)
    ]


def _figures(combination: Combination, name: str) -> dict[str, float]:
    known = combination.values(lambda ended: ended.first([name]))
    if not known:
        return {}
    figures = {f"{name}_median": median(known)}
    if name in (*TIMES, *SPEEDS):
        figures[f"{name}_mean"] = centre(known)
        bounds = interval(known)
        if bounds is not None:
            figures[f"{name}_low"], figures[f"{name}_high"] = bounds
    return figures


def best(jobs: Sequence[JobEnd]) -> str | None:
    """The fastest combination, by what tells it from the others; of each benchmark its own.

    Only jobs of one benchmark do the same work: an AV1 file is not made slower than an H.264 one.
    None where no benchmark has two combinations, and of a suite, whose items are none.
    """
    if any(ended.job.item for ended in jobs):
        return None
    by_benchmark: dict[str, list[Combination]] = defaultdict(list)
    for combination in combinations(jobs):
        if combination.speed is not None:
            by_benchmark[combination.benchmark].append(combination)
    known = names([ended.job for ended in jobs])
    found = {
        benchmark: known[max(tried, key=lambda one: one.speed or 0).jobs[0].job.number]
        for benchmark, tried in by_benchmark.items()
        if len(tried) > 1
    }
    if len(by_benchmark) == 1:
        return next(iter(found.values()), None)
    return "; ".join(f"{best} ({benchmark})" for benchmark, best in found.items()) or None


def curves(jobs: Sequence[JobEnd]) -> dict[str, list[Measured]]:
    """Mean speed by batch size, one curve per combination of all else that differs."""
    common = in_common([ended.job for ended in jobs])
    found: dict[str, list[Measured]] = defaultdict(list)
    for combination in combinations(jobs):
        job = combination.jobs[0].job
        speeds = combination.values(lambda ended: ended.speed)
        if job.batch_size is not None and speeds:
            point = Measured(job.batch_size, centre(speeds), interval(speeds))
            found[_else(combination, common)].append(point)
    return {
        name: sorted(points, key=lambda point: point.x)
        for name, points in found.items()
        if len(points) > 1
    }


def failed_sizes(jobs: Sequence[JobEnd]) -> dict[str, list[int]]:
    """Batch sizes that were tried without a result, one list per curve."""
    common = in_common([ended.job for ended in jobs])
    found: dict[str, list[int]] = defaultdict(list)
    for combination in combinations(jobs):
        size = combination.jobs[0].job.batch_size
        ends = {ended.outcome.what for ended in combination.jobs}
        if size is not None and not ends & {outcomes.DONE, outcomes.MISSING}:
            found[_else(combination, common)].append(size)
    return dict(found)


def _else(combination: Combination, common: set[str]) -> str:
    """All that tells its curve from the others."""
    own = [o for o in combination.jobs[0].job.without_batch_size() if o not in common]
    return " ".join(own) or "speed"
