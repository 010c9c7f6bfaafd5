import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chipbench.measure.statistics import (
    interval,
    outliers,
    ratio,
    spread_percent,
    time_saved_percent,
)

TIMES = st.lists(st.floats(0.1, 1e4), min_size=2, max_size=8)


def test_a_ratio_by_hand() -> None:
    found = ratio([2.0, 8.0], [1.0, 4.0])  # geometric means 4 and 2
    assert found.value == pytest.approx(2.0)
    # Both logs have the variance (ln 4)^2 / 2, so 2 degrees of freedom and the error ln(4)/sqrt(2).
    half = 4.302653 * math.log(4) / math.sqrt(2)
    assert found.low == pytest.approx(2 * math.exp(-half), rel=1e-5)
    assert found.high == pytest.approx(2 * math.exp(half), rel=1e-5)
    assert found.differs is False


@given(TIMES, TIMES)
def test_the_interval_is_welchs_on_the_logarithms(a: list[float], b: list[float]) -> None:
    logs = [[math.log(value) for value in sample] for sample in (a, b)]
    found = ratio(a, b)
    spread = max(max(sample) - min(sample) for sample in logs)
    if spread < 1e-6:
        return
    expected = stats.ttest_ind(*logs, equal_var=False).confidence_interval(0.95)
    assert found.low is not None and found.high is not None
    assert math.log(found.low) == pytest.approx(expected.low, rel=1e-6, abs=1e-9)
    assert math.log(found.high) == pytest.approx(expected.high, rel=1e-6, abs=1e-9)


def test_one_sample_claims_nothing() -> None:
    found = ratio([1.0], [2.0, 2.1])
    assert found.value == pytest.approx(1 / math.sqrt(2.0 * 2.1))
    assert (found.low, found.high, found.differs) == (None, None, None)


def test_clearly_apart_is_a_difference_and_overlap_is_none() -> None:
    assert ratio([10.0, 10.1, 9.9], [20.0, 20.2, 19.8]).differs is True
    assert ratio([10.0, 12.0, 9.0], [10.5, 11.5, 9.5]).differs is False


def test_equal_repeats_have_an_interval_of_no_width() -> None:
    found = ratio([5.0, 5.0], [10.0, 10.0])
    assert found.low == found.high == pytest.approx(0.5)
    assert found.differs is True


def test_spread_by_hand() -> None:
    assert spread_percent([9.0, 11.0]) == pytest.approx(100 * math.sqrt(2) / 10)
    assert spread_percent([9.0]) is None


def test_outliers_are_found_by_the_modified_z_score() -> None:
    # Median 10, deviations 0.1 0 0.1 0.2 5: their median 0.1; 0.6745 * 5 / 0.1 = 33.7.
    assert outliers([9.9, 10.0, 10.1, 10.2, 15.0]) == [15.0]
    assert outliers([9.9, 10.0, 10.1]) == []
    assert outliers([1.0, 100.0]) == []
    assert outliers([5.0, 5.0, 5.0, 9.0]) == []


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
    assert bounds is not None
    np.testing.assert_allclose(np.log(bounds), expected, rtol=1e-6, atol=1e-9)


def test_one_time_has_no_interval() -> None:
    assert interval([10.0]) is None
