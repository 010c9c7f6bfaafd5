"""Statistics of repeated measurements: pure functions.

Times are compared as ratios. Run times vary by factors rather than by seconds, so intervals are
made on their logarithms, with Welch's t-test, which does not assume equal spreads (Welch, 1947).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, variance

CONFIDENCE = 0.95
#: Modified z-scores above this are named as outliers (Iglewicz and Hoaglin, 1993).
OUTLIER_SCORE = 3.5


@dataclass(frozen=True)
class Ratio:
    """How many times the baseline's value a value is, with its interval where there is one."""

    value: float
    low: float | None = None  # None: fewer than two repeats on one of the sides
    high: float | None = None

    @property
    def differs(self) -> bool | None:
        """Whether a difference can be claimed; None if the repeats do not tell."""
        if self.low is None or self.high is None:
            return None
        return not self.low <= 1 <= self.high


def ratio(values: Sequence[float], baseline: Sequence[float]) -> Ratio:
    """Ratio of the geometric means of two positive samples, with its 95 % interval.

    Without two repeats on each side there is no spread, hence no interval and no claim.
    """
    logs, base_logs = ([math.log(value) for value in sample] for sample in (values, baseline))
    difference = fmean(logs) - fmean(base_logs)
    if min(len(logs), len(base_logs)) < 2:
        return Ratio(math.exp(difference))
    errors = [variance(sample) / len(sample) for sample in (logs, base_logs)]
    if sum(errors) == 0:
        return Ratio(math.exp(difference), math.exp(difference), math.exp(difference))
    # Degrees of freedom after Welch and Satterthwaite.
    freedom = sum(errors) ** 2 / sum(
        error**2 / (len(sample) - 1)
        for error, sample in zip(errors, (logs, base_logs), strict=True)
    )
    half = _t_quantile(freedom) * math.sqrt(sum(errors))
    return Ratio(math.exp(difference), math.exp(difference - half), math.exp(difference + half))


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the geometric mean of positive `values`; None with fewer than two."""
    if len(values) < 2:
        return None
    logs = [math.log(value) for value in values]
    half = _t_quantile(len(logs) - 1) * math.sqrt(variance(logs) / len(logs))
    return math.exp(fmean(logs) - half), math.exp(fmean(logs) + half)


def _t_quantile(freedom: float) -> float:
    """The two-sided 95 % point of Student's t distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))


def spread_percent(values: Sequence[float]) -> float | None:
    """Standard deviation in per cent of the mean; None with fewer than two values."""
    if len(values) < 2:
        return None
    return 100 * math.sqrt(variance(values)) / fmean(values)


def outliers(values: Sequence[float]) -> list[float]:
    """The values whose modified z-score is above 3.5; none among fewer than three."""
    if len(values) < 3:
        return []
    middle = median(values)
    deviation = median(abs(value - middle) for value in values)
    if deviation == 0:
        return []
    return [v for v in values if 0.6745 * abs(v - middle) / deviation > OUTLIER_SCORE]


def time_saved_percent(time_s: float, baseline_s: float) -> float:
    """How much less time, in per cent of the baseline's: 54.8 means 54.8 % less time."""
    return 100 * (1 - time_s / baseline_s)
