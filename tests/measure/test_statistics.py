import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from chipbench.measure.statistics import (
    deviation_percent,
    drift_of,
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
    errors = [np.var(sample, ddof=1) / len(sample) for sample in logs]
    parts = [error**2 / (len(sample) - 1) for error, sample in zip(errors, logs, strict=True)]
    freedom = sum(errors) ** 2 / sum(parts)  # after Welch and Satterthwaite
    half = stats.t.ppf(0.975, freedom) * math.sqrt(sum(errors))
    middle = np.mean(logs[0]) - np.mean(logs[1])
    assert found.low is not None and found.high is not None
    assert math.log(found.low) == pytest.approx(middle - half, rel=1e-6, abs=1e-9)
    assert math.log(found.high) == pytest.approx(middle + half, rel=1e-6, abs=1e-9)


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


@pytest.mark.filterwarnings("error")
def test_one_side_of_equal_repeats_is_no_reason_for_a_warning() -> None:
    found = ratio([208.0, 208.0], [10.0, 10.1])
    assert found.low is not None and found.high is not None
    assert found.low < found.value < found.high


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


def test_a_steady_growth_is_found_with_its_size() -> None:
    drift = drift_of([10.0, 10.2, 10.4, 10.6, 10.8, 11.0])
    assert drift is not None and drift.significant
    # The slope is 0.2 s an epoch, five times, of a median of 10.6 s.
    assert drift.percent == pytest.approx(100 * 1.0 / 10.6)


def test_noise_is_no_drift() -> None:
    times = [10.0, 10.3, 9.9, 10.2, 10.0, 10.1, 9.8]
    drift = drift_of(times)
    assert drift is not None and not drift.significant
    assert drift.p_value == pytest.approx(stats.kendalltau(range(7), times).pvalue)


def test_one_slow_epoch_is_no_drift() -> None:
    drift = drift_of([10.0, 10.0, 10.1, 9.9, 10.0, 30.0])
    assert drift is not None
    assert abs(drift.percent) < 3


def test_equal_times_and_too_few() -> None:
    equal = drift_of([5.0] * 6)
    assert equal is not None and equal.percent == 0 and not equal.significant
    assert drift_of([1.0, 2.0, 3.0, 4.0]) is None


def test_the_median_distance_from_the_median() -> None:
    assert deviation_percent([1.0, 2.0]) is None
    assert deviation_percent([9.0, 10.0, 12.0]) == pytest.approx(10.0)
