"""Whether equal pieces of work took longer and longer, or from some point on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

#: With fewer times, even those that all grow do not reach the significance (Mann, 1945).
FEWEST_FOR_DRIFT = 5
SIGNIFICANCE = 0.05
#: Nobody's epochs scatter less: in the logarithm of the time.
_LEAST_SCATTER = 0.001


@dataclass(frozen=True)
class Drift:
    """A trend of times in the order they were taken."""

    percent: float  # change from the first to the last, of the median
    p_value: float  # of the Mann-Kendall test: how often chance alone gives such an order

    @property
    def significant(self) -> bool:
        """Whether chance is ruled out."""
        return self.p_value < SIGNIFICANCE


@dataclass(frozen=True)
class Step:
    """A point from which on times were longer than before."""

    after: int  # how many times were taken before it
    percent: float  # growth of the geometric mean
    p_value: float  # how often chance alone gives such a step at any point

    @property
    def significant(self) -> bool:
        """Whether chance is ruled out."""
        return self.p_value < SIGNIFICANCE


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


def step_of(times_s: Sequence[float]) -> Step | None:
    """The likeliest step up among `times_s`; None with fewer than three.

    Student's t-test at every point, the p-value of the best multiplied by their number.
    """
    if len(times_s) < 3:
        return None
    logs = [math.log(time) for time in times_s]
    points = range(1, len(logs))
    p_value, after = min((_chance(logs[:point], logs[point:]), point) for point in points)
    growth = fmean(logs[after:]) - fmean(logs[:after])
    return Step(after, 100 * math.expm1(growth), min(1.0, p_value * len(points)))


def deviation_percent(times_s: Sequence[float]) -> float | None:
    """Median distance from the median, in per cent of it; None with fewer than three times."""
    if len(times_s) < 3:
        return None
    middle = median(times_s)
    return 100 * median(abs(time - middle) for time in times_s) / middle


def _chance(before: Sequence[float], after: Sequence[float]) -> float:
    """How often chance alone makes `after` so much longer than `before`."""
    from scipy.special import stdtr

    freedom = len(before) + len(after) - 2
    squares = sum((value - fmean(part)) ** 2 for part in (before, after) for value in part)
    scatter = max(math.sqrt(squares / freedom), _LEAST_SCATTER)
    error = scatter * math.sqrt(1 / len(before) + 1 / len(after))
    return float(stdtr(freedom, (fmean(before) - fmean(after)) / error))
