import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chipbench.measure.statistics import (
    centre,
    interval,
    ratio,
    resolution,
    simultaneous,
    spread_percent,
    time_saved_percent,
)

TIMES = st.lists(st.floats(0.1, 1e4), min_size=2, max_size=8)


def rounding(times: list[float]) -> float:
    return -math.log(1 - min(0.5, resolution(times) / 2 / centre(times)))


def test_a_ratio_by_hand() -> None:
    found = ratio([2.0, 8.0], [1.0, 4.0])  # geometric means 4 and 2
    assert found.value == pytest.approx(2.0)
    # Both logs have the variance (ln 4)^2 / 2, so the error ln(4) / 2 with one degree of freedom.
    half = 12.7062 * math.log(4) / 2 * math.sqrt(2)
    half -= math.log(1 - 0.5 / 4) + math.log(1 - 0.5 / 2)  # rounded to whole seconds
    assert found.low == pytest.approx(2 * math.exp(-half), rel=1e-5)
    assert found.high == pytest.approx(2 * math.exp(half), rel=1e-5)
    assert found.differs is False


@given(TIMES, TIMES)
def test_the_interval_is_banerjees_on_the_logarithms(a: list[float], b: list[float]) -> None:
    logs = [[math.log(value) for value in sample] for sample in (a, b)]
    found = ratio(a, b)
    spread = max(max(sample) - min(sample) for sample in logs)
    if spread < 1e-6:
        return
    halves = [stats.sem(part) * stats.t.ppf(0.975, len(part) - 1) for part in logs]
    half = math.sqrt(sum(part**2 for part in halves)) + rounding(a) + rounding(b)
    half = min(half, math.log(1e9))
    middle = np.mean(logs[0]) - np.mean(logs[1])
    assert found.low is not None and found.high is not None
    assert math.log(found.low) == pytest.approx(middle - half, rel=1e-6, abs=1e-9)
    assert math.log(found.high) == pytest.approx(middle + half, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("numbers", "spreads"),
    [((2, 10), (0.02, 0.02)), ((10, 2), (0.02, 0.02)), ((3, 10), (0.05, 0.005)), ((5, 5), (1, 1))],
)
def test_unlike_samples_of_equal_machines_rarely_differ(
    numbers: tuple[int, int], spreads: tuple[float, float]
) -> None:
    """Welch's test claims something in a third of such tables, where one side has two repeats."""
    chance = np.random.default_rng(0)
    pairs = zip(numbers, spreads, strict=True)
    sides = [np.exp(chance.normal(4, spread, (6000, number))).tolist() for number, spread in pairs]
    confidence = simultaneous(19)
    claims = [ratio(a, b, confidence).differs for a, b in zip(*sides, strict=True)]
    assert sum(map(bool, claims)) <= 6000 * 0.05 / 19 + 12, "within three standard errors"


def test_one_sample_claims_nothing() -> None:
    found = ratio([1.0], [2.0, 2.1])
    assert found.value == pytest.approx(1 / math.sqrt(2.0 * 2.1))
    assert (found.low, found.high, found.differs) == (None, None, None)


def test_clearly_apart_is_a_difference_and_overlap_is_none() -> None:
    assert ratio([10.0, 10.1, 9.9], [20.0, 20.2, 19.8]).differs is True
    assert ratio([10.0, 12.0, 9.0], [10.5, 11.5, 9.5]).differs is False


def test_ties_are_no_certainty() -> None:
    found = ratio([5.0, 5.0], [10.0, 10.0])
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(0.5 * (1 - 0.5 / 5) * (1 - 0.5 / 10))
    assert found.differs is True
    assert ratio([90.0, 90.0], [91.0, 91.0]).differs is False, "a second is what a hand can time"
    bounds = interval([90.0, 90.0])
    assert bounds is not None and bounds[0] < 90 < bounds[1]


def test_times_show_what_they_were_rounded_to() -> None:
    assert resolution([90.0, 91.0, 1500.0]) == 1
    assert resolution([90.0, 91.5]) == 0.1
    assert resolution([958.951, 815.448]) == 0.001
    assert resolution([12.3456789, 12.0]) < 1e-5
    assert resolution([1e-9, 12.0]) < 1e-5


def test_hand_timed_machines_that_are_equal_rarely_differ() -> None:
    chance = np.random.default_rng(0)
    for scatter_s in (0.01, 0.1, 0.3, 1.0):
        for true_s in (90.0, 90.499):
            times = np.round(chance.normal(true_s, scatter_s, (500, 2, 3)))
            claims = [ratio(*pair).differs for pair in times.tolist()]
            assert sum(map(bool, claims)) <= 25, f"scatter {scatter_s} s"


def test_an_interval_wider_than_all_floats_claims_nothing() -> None:
    found = ratio([10.0, 20.0], [1.0, 3.0], simultaneous(200))
    assert found.differs is False
    assert found.low is not None and found.high is not None
    assert 0 < found.low < found.high < 1e12


def test_comparisons_that_hold_together_need_more_each() -> None:
    assert simultaneous(1) == 0.95
    assert simultaneous(19) == pytest.approx(1 - 0.05 / 19)
    a, b = [10.0, 10.4, 9.8], [12.0, 12.3, 11.8]
    assert ratio(a, b).differs is True
    assert ratio(a, b, simultaneous(19)).differs is False


@pytest.mark.filterwarnings("error")
def test_one_side_of_equal_repeats_is_no_reason_for_a_warning() -> None:
    found = ratio([208.0, 208.0], [10.0, 10.1])
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high


def test_spread_by_hand() -> None:
    assert spread_percent([9.0, 11.0]) == pytest.approx(100 * math.sqrt(2) / 10)
    assert spread_percent([9.0]) is None


def test_the_headline_is_54_8_percent_less_time() -> None:
    assert time_saved_percent(958.951, 2122.14) == pytest.approx(54.8, abs=0.05)
    assert time_saved_percent(20.0, 10.0) == -100.0


@given(TIMES)
def test_a_means_interval_is_students_on_the_logarithms(values: list[float]) -> None:
    logs = [math.log(value) for value in values]
    if max(logs) - min(logs) < 1e-6:
        return
    bounds = interval(values)
    expected = stats.t.interval(0.95, len(logs) - 1, np.mean(logs), stats.sem(logs))
    expected = (expected[0] - rounding(values), expected[1] + rounding(values))
    assert bounds is not None
    np.testing.assert_allclose(np.log(bounds), expected, rtol=1e-6, atol=1e-9)


def test_one_time_has_no_interval() -> None:
    assert interval([10.0]) is None
