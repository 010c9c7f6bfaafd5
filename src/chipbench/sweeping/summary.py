"""What a sweep found: one row per job, the best combination, spread and drift. Arithmetic alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from chipbench.ground import metrics
from chipbench.ground.metrics import metric
from chipbench.measure.statistics import centre, interval, spread_percent
from chipbench.sweeping import outcome as outcomes
from chipbench.sweeping.outcome import Outcome
from chipbench.sweeping.plan import Job

_SPEEDS = (metrics.STEADY_IMAGES_PER_SECOND, metrics.REALTIME_FACTOR)
_TIMES = (metrics.TOTAL_TIME, metrics.EXPORT_TIME)
#: What the terminal shows of each job; `sweep.csv` has the memory as well.
PRINTED = (*_TIMES, *_SPEEDS, metrics.VAL_ACCURACY)
_SHOWN = (*PRINTED, metrics.MEMORY_PEAK)


@dataclass(frozen=True)
class JobEnd:
    """A job with its outcome."""

    job: Job
    outcome: Outcome

    def first(self, names: Sequence[str]) -> float | None:
        """The first of these metrics that the job has, if it is done."""
        if self.outcome.what != outcomes.DONE:
            return None
        return next((self.outcome.metrics[n] for n in names if n in self.outcome.metrics), None)

    @property
    def speed(self) -> float | None:
        """Images per second after the first epoch, or times real time."""
        speed, time_s = self.first(_SPEEDS), self.first(_TIMES)
        return speed if speed is not None or not time_s else 1 / time_s


def names(jobs: Sequence[JobEnd]) -> dict[int, str]:
    """What tells each job from the others, by its number: what all have in common is left out."""
    common = set.intersection(*(set(ended.job.overrides) for ended in jobs)) if jobs else set()
    return {ended.job.number: _name(ended.job, common, len(jobs)) for ended in jobs}


def _name(job: Job, common: set[str], jobs: int) -> str:
    own = " ".join(override for override in job.overrides if override not in common)
    return own or (job.text if jobs == 1 else f"repeat {job.repeat}")


def rows(jobs: Sequence[JobEnd]) -> list[dict[str, object]]:
    """The table: one row per job, in the order they were run."""
    return [
        {
            "job": ended.job.number + 1,
            "overrides": ended.job.text,
            "repeat": ended.job.repeat,
            "outcome": ended.outcome.what,
            "reason": ended.outcome.reason or "",
        }
        | {name: ended.outcome.metrics.get(name, "") for name in _SHOWN}
        for ended in jobs
    ]


def speeds(jobs: Sequence[JobEnd]) -> dict[str, float]:
    """Median speed of each combination that was done at least once."""
    return {
        name: median(values)
        for name, values in _by_combination(jobs, lambda job: job.speed).items()
    }


def best(jobs: Sequence[JobEnd]) -> str | None:
    """The fastest combination, by what tells it from the others."""
    known = speeds(jobs)
    if not known:
        return None
    fastest = max(known, key=known.__getitem__)
    return next(names(jobs)[e.job.number] for e in jobs if e.job.text == fastest)


def spread(jobs: Sequence[JobEnd]) -> float | None:
    """Largest standard deviation of a combination's repeats, in per cent of its mean time."""
    found = [spread_percent(times) for times in _by_combination(jobs, _time).values()]
    return max((value for value in found if value is not None), default=None)


def drift(jobs: Sequence[JobEnd]) -> float | None:
    """How much longer the last repeats took than the first, in per cent, median over combinations.

    Repeats are interleaved, so drift hits all combinations alike.
    """
    found = [
        100 * (times[-1] / times[0] - 1)
        for times in _by_combination(jobs, _time).values()
        if len(times) > 1
    ]
    return median(found) if found else None


def curves(jobs: Sequence[JobEnd]) -> dict[str, list[tuple[float, float]]]:
    """Speed by batch size, one curve per combination of all else."""
    by_size: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for ended in jobs:
        if ended.job.batch_size is not None and ended.speed is not None:
            by_size[_else(ended.job)][ended.job.batch_size].append(ended.speed)
    return {
        name: sorted((float(size), median(values)) for size, values in sizes.items())
        for name, sizes in by_size.items()
        if len(sizes) > 1
    }


def failed_sizes(jobs: Sequence[JobEnd]) -> dict[str, list[int]]:
    """Batch sizes that have no result, one list per combination of all else."""
    found: dict[str, list[int]] = defaultdict(list)
    for ended in jobs:
        if ended.job.batch_size is not None and ended.outcome.what not in (
            outcomes.DONE,
            outcomes.MISSING,
        ):
            found[_else(ended.job)].append(ended.job.batch_size)
    return dict(found)


def text(jobs: Sequence[JobEnd]) -> str:
    """The sweep in one line, with the reasons of what is not done."""
    known = names(jobs)
    counts: dict[str, int] = defaultdict(int)
    for ended in jobs:
        counts[ended.outcome.what] += 1
    parts = [f"{counts.pop(outcomes.DONE, 0)} of {len(jobs)} jobs done"]
    for what in counts:
        named = [known[e.job.number] for e in jobs if e.outcome.what == what]
        parts.append(f"{what}: {'; '.join(named)}")
    fastest = best(jobs)
    if fastest is not None and len(speeds(jobs)) > 1:
        parts.append(f"fastest: {fastest}")
    else:
        parts += _repeats_text(jobs)
    for name, value in (("spread", spread(jobs)), ("drift", drift(jobs))):
        if value is not None:
            parts.append(f"{name} {value:+.1f} %" if name == "drift" else f"{name} {value:.1f} %")
    return ", ".join(parts)


def _repeats_text(jobs: Sequence[JobEnd]) -> list[str]:
    """Geometric mean of the one combination's times, with its interval; nothing with one time."""
    for name in _TIMES:
        times = [time for job in jobs if (time := job.first([name])) is not None]
        bounds = interval(times)
        if bounds is not None:
            shown = metric(name).format
            low, high = map(shown, bounds)
            return [f"{name} {shown(centre(times))}, 95 % interval {low} to {high}"]
    return []


def _time(ended: JobEnd) -> float | None:
    return ended.first(_TIMES)


def _else(job: Job) -> str:
    return " ".join(job.without_batch_size()) or "all"


def _by_combination(
    jobs: Sequence[JobEnd], value_of: Callable[[JobEnd], float | None]
) -> dict[str, list[float]]:
    values: dict[str, list[float]] = defaultdict(list)
    for ended in jobs:
        value = value_of(ended)
        if value is not None:
            values[ended.job.text].append(value)
    return dict(values)
