"""What a sweep found: one row per job, its own metrics, spread and drift. Arithmetic alone."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from chipbench.ground import metrics
from chipbench.ground.metrics import metric
from chipbench.ground.parent_run_metrics import BEST, MEDIAN, over_jobs
from chipbench.ground.plural import counted
from chipbench.measure.statistics import centre, interval, spread_percent
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.combinations import best, combinations
from chipbench.sweeping.ended_job import PRINTED, TIMES, JobEnd
from chipbench.sweeping.plan import names

_MEMORY = (metrics.MEMORY_PEAK, metrics.PROCESS_MEMORY_PEAK)


def rows(jobs: Sequence[JobEnd]) -> list[dict[str, object]]:
    """One row per job, in the order they were run; each key that a job sets has its column."""
    return [
        {
            "job": ended.job.number + 1,
            **ended.job.values,
            "repeat": ended.job.repeat,
            "outcome": ended.outcome.what,
            "reason": ended.outcome.reason or "",
        }
        | {name: ended.outcome.metrics.get(name, "") for name in (*PRINTED, *_MEMORY)}
        for ended in jobs
    ]


def own_metrics(jobs: Sequence[JobEnd]) -> dict[str, float]:
    """Of each metric the best and the median over the jobs that are done."""
    found: dict[str, float] = {}
    for name in PRINTED:
        known = [value for ended in jobs if (value := ended.first([name])) is not None]
        if known:
            best_of = min if name in TIMES else max
            found[over_jobs(name, BEST)] = best_of(known)
            found[over_jobs(name, MEDIAN)] = median(known)
    return found


def spread(jobs: Sequence[JobEnd]) -> float | None:
    """Largest standard deviation of a combination's repeats, in per cent of its mean time."""
    found = [spread_percent(times) for times in _times(jobs)]
    return max((value for value in found if value is not None), default=None)


def drift(jobs: Sequence[JobEnd]) -> float | None:
    """How much longer the last repeats took than the first, in per cent, median over combinations.

    Repeats are interleaved, so drift hits all combinations alike.
    """
    found = [100 * (times[-1] / times[0] - 1) for times in _times(jobs) if len(times) > 1]
    return median(found) if found else None


def text(jobs: Sequence[JobEnd]) -> str:
    """The sweep in one line, with the reasons of what is not done."""
    known = names([ended.job for ended in jobs])
    counts: dict[str, int] = defaultdict(int)
    for ended in jobs:
        counts[ended.outcome.what] += 1
    parts = [f"{counts.pop(outcomes.DONE, 0)} of {counted(len(jobs), 'job')} done"]
    for what in counts:
        named = [known[e.job.number] for e in jobs if e.outcome.what == what]
        parts.append(f"{what}: {'; '.join(named)}")
    fastest = best(jobs)
    if fastest is not None:
        parts.append(f"fastest: {fastest}")
    elif len(combinations(jobs)) == 1:
        parts += _repeats_text(jobs)
    for name, value in (("spread", spread(jobs)), ("drift", drift(jobs))):
        if value is not None:
            parts.append(f"{name} {value:+.1f} %" if name == "drift" else f"{name} {value:.1f} %")
    return ", ".join(parts)


def _repeats_text(jobs: Sequence[JobEnd]) -> list[str]:
    """Geometric mean of the one combination's times, with its interval; nothing with one time."""
    for name in TIMES:
        times = [time for job in jobs if (time := job.first([name])) is not None]
        bounds = interval(times)
        if bounds is not None:
            shown = metric(name).format
            low, high = map(shown, bounds)
            return [f"{name} {shown(centre(times))}, 95 % interval {low} to {high}"]
    return []


def _times(jobs: Sequence[JobEnd]) -> list[list[float]]:
    """The times of each combination's repeats."""
    return [one.values(lambda ended: ended.first(TIMES)) for one in combinations(jobs)]
