"""Statistics of repeated measurements: pure functions.

Times are compared as ratios. Run times vary by factors rather than by seconds, so intervals are
made on their logarithms, with Welch's t-test, which does not assume equal spreads (Welch, 1947).
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median, variance

CONFIDENCE = 0.95
#: Modified z-scores above this are named as outliers (Iglewicz and Hoaglin, 1993).
OUTLIER_SCORE = 3.5
#: With fewer times, even those that all grow do not reach the significance (Mann, 1945).
FEWEST_FOR_DRIFT = 5
SIGNIFICANCE = 0.05


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


@dataclass(frozen=True)
class Drift:
    """A trend of times in the order they were taken."""

    percent: float  # change from the first to the last, of the median
    p_value: float  # of the Mann-Kendall test: how often chance alone gives such an order

    @property
    def significant(self) -> bool:
        """Whether chance is ruled out."""
        return self.p_value < SIGNIFICANCE


def ratio(values: Sequence[float], baseline: Sequence[float]) -> Ratio:
    """Ratio of the geometric means of two positive samples, with its 95 % interval.

    Without two repeats on each side there is no spread, hence no interval and no claim.
    """
    logs, base_logs = ([math.log(value) for value in sample] for sample in (values, baseline))
    value = math.exp(fmean(logs) - fmean(base_logs))
    if min(len(logs), len(base_logs)) < 2:
        return Ratio(value)
    if all(variance(sample) == 0 for sample in (logs, base_logs)):
        return Ratio(value, value, value)
    return Ratio(value, *map(math.exp, _welch(logs, base_logs)))


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the geometric mean of positive `values`; None with fewer than two."""
    if len(values) < 2:
        return None
    logs = [math.log(value) for value in values]
    half = _t_quantile(len(logs) - 1) * math.sqrt(variance(logs) / len(logs))
    return math.exp(fmean(logs) - half), math.exp(fmean(logs) + half)


def _welch(sample: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the difference of two means."""
    from scipy.stats import ttest_ind  # takes half a second to import

    with warnings.catch_warnings():  # scipy doubts a sample of equal numbers
        warnings.simplefilter("ignore", RuntimeWarning)
        found = ttest_ind(sample, other, equal_var=False).confidence_interval(CONFIDENCE)
    return float(found.low), float(found.high)


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


def deviation_percent(times_s: Sequence[float]) -> float | None:
    """Median distance from the median, in per cent of it; None with fewer than three times."""
    if len(times_s) < 3:
        return None
    middle = median(times_s)
    return 100 * median(abs(time - middle) for time in times_s) / middle


def drift_of(times_s: Sequence[float]) -> Drift | None:
    """The trend of `times_s`; None with fewer than five.

    Mann's test of the order (Kendall's tau against time), and the Theil-Sen slope, the median of
    the slopes between all pairs, which a single slow epoch does not move.
    """
    if len(times_s) < FEWEST_FOR_DRIFT:
        return None
    from scipy.stats import kendalltau, theilslopes

    order = range(len(times_s))
    slope, middle = theilslopes(times_s, order)[0], sorted(times_s)[len(times_s) // 2]
    p_value = float(kendalltau(order, times_s).pvalue)
    if p_value != p_value:  # all times are equal
        return Drift(0.0, 1.0)
    return Drift(100 * float(slope) * (len(times_s) - 1) / middle, p_value)
