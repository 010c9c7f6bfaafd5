"""Repeats that stand apart from the others: named, never dropped."""

from collections.abc import Sequence
from statistics import median

from chipbench.measure.statistics import resolution

#: Modified z-scores (Iglewicz and Hoaglin, 1993) that at most 5 % of clean normal samples reach, by
#: the number of repeats. Their 3.5 is for many: it would name one in 29 % of the samples of three.
_SCORES = {3: 25.0, 4: 7.5, 5: 8.5, 6: 6.0, 7: 6.2, 8: 5.2, 9: 5.3}
_SCORE_OF_MORE = 4.8


def outliers(values: Sequence[float]) -> list[float]:
    """The values that are too far from the median to be chance; none among fewer than three.

    The median distance from the median is no smaller than what the values were rounded to.
    """
    if len(values) < 3:
        return []
    middle = median(values)
    deviation = max(median(abs(value - middle) for value in values), resolution(values))
    limit = _SCORES.get(len(values), _SCORE_OF_MORE) * deviation / 0.6745
    return [value for value in values if abs(value - middle) > limit]
