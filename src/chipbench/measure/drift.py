"""Whether times grew from the first to the last: what throttling looks like. Arithmetic alone."""

from collections.abc import Sequence
from dataclasses import dataclass

#: With fewer, even times that all grow do not reach the significance (Mann, 1945).
FEWEST = 5
SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Drift:
    """A trend of times in the order they were taken."""

    percent: float  # change from the first to the last, of the median
    p_value: float  # of the Mann-Kendall test: how often chance alone gives such an order

    @property
    def significant(self) -> bool:
        """Whether chance is ruled out."""
        return self.p_value < SIGNIFICANCE


def drift_of(times_s: Sequence[float]) -> Drift | None:
    """The trend of `times_s`; None with fewer than five.

    Mann's test of the order (Kendall's tau against time), and the Theil-Sen slope, the median of
    the slopes between all pairs, which a single slow epoch does not move.
    """
    if len(times_s) < FEWEST:
        return None
    from scipy.stats import kendalltau, theilslopes

    order = range(len(times_s))
    slope, middle = theilslopes(times_s, order)[0], sorted(times_s)[len(times_s) // 2]
    p_value = float(kendalltau(order, times_s).pvalue)
    if p_value != p_value:  # all times are equal
        return Drift(0.0, 1.0)
    return Drift(100 * float(slope) * (len(times_s) - 1) / middle, p_value)
