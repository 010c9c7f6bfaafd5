"""Statistics of repeated measurements: pure functions.

Times are compared as ratios. Run times vary by factors rather than by seconds, so their centre is
the geometric mean, and intervals are made on their logarithms. Those of two machines assume neither
equal spreads nor equal numbers of repeats, and hold with two repeats as well (Banerjee, 1960).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, variance

CONFIDENCE = 0.95
#: What a time can be rounded to: by hand to a second, by a log to some of its decimals.
_ROUNDINGS = (1.0, 0.1, 0.01, 0.001)
#: Of a time that was not rounded.
_CLOCK = 1e-6
#: Half of an interval, as a logarithm: beyond it nothing is known, and floats end.
_WIDEST = math.log(1e9)


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
class Side:
    """What a ratio needs to know of the repeats on one of its sides, in natural logarithms."""

    centre: float  # of the geometric mean
    half_width: float | None  # of its interval; None with fewer than two repeats
    rounding: float  # how far rounding can have moved it


def centre(values: Sequence[float]) -> float:
    """The geometric mean of positive `values`: what tables, ratios and intervals are about."""
    if len(set(values)) == 1:
        return values[0]  # to the last digit
    return math.exp(fmean(map(math.log, values)))


def simultaneous(comparisons: int) -> float:
    """The confidence that each of some comparisons needs for all to hold together (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / max(comparisons, 1)


def confidence_among(samples: Iterable[Sequence[float]]) -> float:
    """The confidence that these samples' ratios to one of them need for all to hold together."""
    return simultaneous(sum(len(sample) > 1 for sample in samples) - 1)


def ratio(
    values: Sequence[float], baseline: Sequence[float], confidence: float = CONFIDENCE
) -> Ratio:
    """Ratio of the geometric means of two positive samples, with its interval.

    Without two repeats on each side there is no spread, hence no interval and no claim.
    """
    return ratio_of_sides(side(values, confidence), side(baseline, confidence))


def side(values: Sequence[float], confidence: float = CONFIDENCE) -> Side:
    """What a ratio needs to know of a positive sample."""
    logs = [math.log(value) for value in values]
    half = None if len(logs) < 2 else _half_width(logs, confidence)
    return Side(fmean(logs), half, _rounding(values))


def ratio_of_sides(one: Side, other: Side) -> Ratio:
    """Ratio of the geometric means of two samples, with its interval."""
    middle = one.centre - other.centre
    if one.half_width is None or other.half_width is None:
        return Ratio(math.exp(middle))
    half = math.hypot(one.half_width, other.half_width) + one.rounding + other.rounding
    half = min(half, _WIDEST)
    return Ratio(math.exp(middle), math.exp(middle - half), math.exp(middle + half))


def interval(values: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the geometric mean of positive `values`; None with fewer than two."""
    if len(values) < 2:
        return None
    logs = [math.log(value) for value in values]
    half = _half_width(logs, CONFIDENCE) + _rounding(values)
    return math.exp(fmean(logs) - half), math.exp(fmean(logs) + half)


def resolution(values: Sequence[float]) -> float:
    """What `values` were rounded to, as far as they show it: 1 for 90, 91 and 95."""
    for place in _ROUNDINGS:
        if all(_is_multiple(value, place) for value in values):
            return place
    return _CLOCK


def spread_percent(values: Sequence[float]) -> float | None:
    """Standard deviation in per cent of the mean; None with fewer than two values."""
    if len(values) < 2:
        return None
    return 100 * math.sqrt(_variance(tuple(values))) / fmean(values)


def time_saved_percent(time_s: float, baseline_s: float) -> float:
    """How much less time, in per cent of the baseline's: 54.8 means 54.8 % less time."""
    return 100 * (1 - time_s / baseline_s)


def _is_multiple(value: float, place: float) -> bool:
    return value >= place and abs(value / place - round(value / place)) < _CLOCK


def _half_width(sample: Sequence[float], confidence: float) -> float:
    """Half the width of Student's interval of a mean."""
    error = math.sqrt(_variance(tuple(sample)) / len(sample))
    return _t_quantile(len(sample) - 1, confidence) * error


@lru_cache(maxsize=4096)  # it is computed in fractions, and asked for in each of a row's columns
def _variance(values: tuple[float, ...]) -> float:
    return variance(values)


def _rounding(values: Sequence[float]) -> float:
    """How far rounding can have moved the logarithm of the mean: ties are no certainty."""
    return -math.log1p(-min(resolution(values) / 2 / centre(values), 0.5))


def _t_quantile(freedom: float, confidence: float) -> float:
    """The two-sided point of Student's t distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))
