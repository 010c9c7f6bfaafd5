import pytest
from scipy.stats import kendalltau

from chipbench.measure.drift import drift_of


def test_a_steady_growth_is_found_with_its_size() -> None:
    drift = drift_of([10.0, 10.2, 10.4, 10.6, 10.8, 11.0])
    assert drift is not None and drift.significant
    # The slope is 0.2 s an epoch, five times, of a median of 10.6 s.
    assert drift.percent == pytest.approx(100 * 1.0 / 10.6)


def test_noise_is_no_drift() -> None:
    times = [10.0, 10.3, 9.9, 10.2, 10.0, 10.1, 9.8]
    drift = drift_of(times)
    assert drift is not None and not drift.significant
    assert drift.p_value == pytest.approx(kendalltau(range(7), times).pvalue)


def test_one_slow_epoch_is_no_drift() -> None:
    drift = drift_of([10.0, 10.0, 10.1, 9.9, 10.0, 30.0])
    assert drift is not None
    assert abs(drift.percent) < 3


def test_equal_times_and_too_few() -> None:
    equal = drift_of([5.0] * 6)
    assert equal is not None and equal.percent == 0 and not equal.significant
    assert drift_of([1.0, 2.0, 3.0, 4.0]) is None
