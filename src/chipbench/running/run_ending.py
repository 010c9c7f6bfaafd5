"""How a run ended, told from what it ended with."""

from dataclasses import dataclass

from chipbench.backends.out_of_memory import is_out_of_memory
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.reason import reason_of
from chipbench.ground.signals import job_timed_out
from chipbench.measure import result as results


@dataclass(frozen=True)
class Ending:
    """What the result says of the end."""

    status: str
    kind: str  # the status, or more exactly why it failed
    reason: str | None  # None if completed


COMPLETED = Ending(results.COMPLETED, results.COMPLETED, None)


def ending_of(error: BaseException) -> Ending:
    """How a run ends that ended with `error`."""
    if isinstance(error, UnsupportedBenchmark):
        return Ending(results.SKIPPED, results.SKIPPED, reason_of(error))
    if not isinstance(error, Exception):
        return Ending(results.INTERRUPTED, results.INTERRUPTED, reason_of(error))
    if is_out_of_memory(error):
        said = "out of memory: use a smaller batch_size"
        return Ending(results.FAILED, results.OUT_OF_MEMORY, said)
    kind = results.TIMED_OUT if job_timed_out() else results.FAILED
    return Ending(results.FAILED, kind, reason_of(error))
