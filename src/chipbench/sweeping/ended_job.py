"""A job of a sweep with how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from chipbench.ground import metrics
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.job_outcome import Outcome
from chipbench.sweeping.plan import Job

TIMES = (metrics.TOTAL_TIME, metrics.EXPORT_TIME, metrics.SEARCH_TIME)
SPEEDS = (
    metrics.STEADY_IMAGES_PER_SECOND,
    metrics.STEADY_SEQUENCES_PER_SECOND,
    metrics.REALTIME_FACTOR,
    metrics.FITS_PER_SECOND,
)
#: What the terminal shows of each job, and a sweep's own run says of all.
PRINTED = (*TIMES, *SPEEDS, metrics.VAL_ACCURACY, metrics.R2)


@dataclass(frozen=True)
class JobEnd:
    """A job with its outcome."""

    job: Job
    outcome: Outcome

    @property
    def done(self) -> bool:
        """Whether it measured what it was to measure."""
        return self.outcome.what == outcomes.DONE

    def first(self, names: Sequence[str]) -> float | None:
        """The first of these metrics that the job has, if it is done and its number counts."""
        if not self.done or self.outcome.reason is not None:
            return None
        return next((self.outcome.metrics[n] for n in names if n in self.outcome.metrics), None)

    @property
    def speed(self) -> float | None:
        """Images or sequences per second after the first epoch, times real time, or forests."""
        speed, time_s = self.first(SPEEDS), self.first(TIMES)
        return speed if speed is not None or not time_s else 1 / time_s
