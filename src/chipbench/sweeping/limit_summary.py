"""What the tries of a search for the largest batch tell. Arithmetic alone."""

from collections.abc import Mapping, Sequence

from chipbench.ground import metrics
from chipbench.ground.memory_metrics import GPU_MEMORY_PEAK, GPU_WORKING_SET
from chipbench.ground.search_metrics import BATCH_SIZE_MAX, BATCH_SIZE_SLOW
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.bisection import slow_from
from chipbench.sweeping.ended_job import PRINTED, JobEnd

_MEMORY = (metrics.MEMORY_PEAK, metrics.PROCESS_MEMORY_PEAK, GPU_MEMORY_PEAK, GPU_WORKING_SET)
#: Ends that tell that a batch is too large, in words: the kernel kills what takes too much, and an
#: accelerator's plug-in aborts.
_TOO_LARGE = {
    outcomes.OUT_OF_MEMORY: "runs out of memory",
    outcomes.CRASHED: "crashes",
    outcomes.TIMED_OUT: "takes longer than limits.try_timeout_s",
}


def trained(jobs: Sequence[JobEnd]) -> list[int]:
    """The batches that trained."""
    return [size for size, ended in _by_size(jobs).items() if ended.done]


def too_large(jobs: Sequence[JobEnd]) -> dict[int, str]:
    """The batches that did not, and how they ended.

    One that took too long tells nothing unless a smaller one trained: that would take longer still.
    """
    least = min(trained(jobs), default=None)
    return {
        size: ended.outcome.what
        for size, ended in _by_size(jobs).items()
        if ended.outcome.what in _TOO_LARGE
        and (ended.outcome.what != outcomes.TIMED_OUT or (least is not None and size > least))
    }


def trouble(jobs: Sequence[JobEnd]) -> str | None:
    """The end of a try that says nothing of its batch's size; None without one."""
    known = {*trained(jobs), *too_large(jobs)}
    for size, ended in _by_size(jobs).items():
        if size not in known:
            return f"batch_size={size}: {ended.outcome.reason or ended.outcome.what}"
    return None


def rows(jobs: Sequence[JobEnd]) -> list[dict[str, object]]:
    """One row per try, in their order."""
    return [
        {
            "try": ended.job.number + 1,
            "batch_size": ended.job.batch_size,
            "outcome": ended.outcome.what,
            "reason": ended.outcome.reason or "",
        }
        | {
            name: ended.outcome.metrics.get(name, "")
            for name in (*PRINTED, *_MEMORY)
            if any(name in other.outcome.metrics for other in jobs)
        }
        for ended in jobs
    ]


def own_metrics(jobs: Sequence[JobEnd], slow_share: float) -> dict[str, float]:
    """The largest batch and its memory, and the smallest that fits and is slow."""
    largest = max(trained(jobs), default=None)
    if largest is None:
        return {}
    slow = slow_from(_speeds(jobs), slow_share)
    memory = _by_size(jobs)[largest].outcome.metrics
    return (
        {BATCH_SIZE_MAX: float(largest)}
        | ({} if slow is None else {BATCH_SIZE_SLOW: float(slow)})
        | {name: memory[name] for name in _MEMORY if name in memory}
    )


def text(jobs: Sequence[JobEnd], slow_share: float) -> str:
    """The limit in words."""
    failed, largest = too_large(jobs), max(trained(jobs), default=None)
    ends = "no larger one was tried"
    if failed:
        least = min(failed)
        ends = f"{least:,} {_TOO_LARGE[failed[least]]}"
    elif largest != max(_by_size(jobs), default=None):
        ends += " to its end"
    if largest is None:
        return f"no batch trained ({ends})" if failed else "no batch trained"
    limit = f"the largest batch that trains: {largest:,} ({ends})"
    return "; ".join([limit, *_speed_text(_speeds(jobs), slow_share)])


def _speed_text(speeds: Mapping[int, float], slow_share: float) -> list[str]:
    """From where on a larger one is slower; nothing where only one speed is known."""
    if len(speeds) < 2:
        return []
    fastest = max(speeds, key=lambda size: speeds[size])
    slow, share = slow_from(speeds, slow_share), f"below {100 * slow_share:g} % of that"
    beyond = f"no larger one {share}" if slow is None else f"{share} from {slow:,} on"
    return [f"fastest at {fastest:,}, {beyond}"]


def _speeds(jobs: Sequence[JobEnd]) -> dict[int, float]:
    """Speed by batch size, of what trained and counts."""
    return {size: e.speed for size, e in _by_size(jobs).items() if e.speed is not None}


def _by_size(jobs: Sequence[JobEnd]) -> dict[int, JobEnd]:
    """No size is tried twice."""
    return {ended.job.batch_size: ended for ended in jobs if ended.job.batch_size is not None}
