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
#: Of more times, neighbours become their mean: a trend looks at all pairs.
_MOST_FOR_DRIFT = 1000
#: Repeats on an idle machine lie within this of their median (MLPerf's ±2.5 %, rounded up).
STEADY_PERCENT = 3.0
#: So large a step is told on weaker evidence: three epochs cannot give much of it.
_LARGE_PERCENT = 20.0
_WEAK_EVIDENCE = 0.2


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

    @property
    def is_told(self) -> bool:
        """Whether it is more than scatter, and large enough to matter."""
        large = self.percent > _LARGE_PERCENT and self.p_value < _WEAK_EVIDENCE
        return self.percent > STEADY_PERCENT and (self.significant or large)


def drift_of(times_s: Sequence[float]) -> Drift | None:
    """The trend of `times_s`; None with fewer than five.

    Mann's test of the order (Kendall's tau against time), and the Theil-Sen slope, the median of
    the slopes between all pairs, which a single slow epoch does not move.
    """
    if len(times_s) < FEWEST_FOR_DRIFT:
        return None
    from scipy.stats import kendalltau, theilslopes

    times_s = _thinned(times_s)
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
    import numpy as np
    from scipy.special import stdtr

    logs = np.log(np.asarray(times_s, dtype=float))
    logs -= logs.mean()  # else squares of equal large values would cancel
    number, before = len(logs), np.arange(1, len(logs))
    after = number - before
    sums, squares = np.cumsum(logs), np.cumsum(logs**2)
    early, late = sums[:-1] / before, (sums[-1] - sums[:-1]) / after
    around = squares[-1] - before * early**2 - after * late**2
    scatter = np.maximum(np.sqrt(np.maximum(around, 0.0) / (number - 2)), _LEAST_SCATTER)
    distances = (early - late) / (scatter * np.sqrt(1 / before + 1 / after))
    best = int(np.argmin(distances))  # of many times, several chances are too small for a float
    growth = float(late[best] - early[best])
    p_value = min(1.0, float(stdtr(number - 2, distances[best])) * (number - 1))
    return Step(best + 1, 100 * math.expm1(growth), p_value)


def deviation_percent(times_s: Sequence[float]) -> float | None:
    """Median distance from the median, in per cent of it; None with fewer than three times."""
    if len(times_s) < 3:
        return None
    middle = median(times_s)
    return 100 * median(abs(time - middle) for time in times_s) / middle


def _thinned(times_s: Sequence[float]) -> Sequence[float]:
    """At most so many as a trend is told of: of more, the means of neighbours."""
    size = -(-len(times_s) // _MOST_FOR_DRIFT)
    if size == 1:
        return times_s
    return [fmean(times_s[first : first + size]) for first in range(0, len(times_s), size)]
