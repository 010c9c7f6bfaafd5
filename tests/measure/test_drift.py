import numpy as np
import pytest
from scipy import stats

from chipbench.measure.drift import deviation_percent, drift_of, step_of


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


@pytest.mark.parametrize(
    ("times", "after"),
    [
        ([10.0, 13.0, 13.0, 13.0, 13.0], 1),
        ([10.0, 10.1, 9.9, 13.1, 13.0, 12.9], 3),
        ([10.0, 13.1, 12.9], 1),
        ([10.0, 10.1, 13.0], 2),
    ],
)
def test_a_step_is_found_with_its_place_and_size(times: list[float], after: int) -> None:
    step = step_of(times)
    assert step is not None and step.significant
    assert step.after == after
    assert step.percent == pytest.approx(30, abs=2)


def test_steps_down_and_stalls_are_no_step_up() -> None:
    for times in ([13.0, 13.1, 10.0, 10.1], [10.0, 10.1, 21.0, 9.9, 10.0], [5.0] * 4):
        step = step_of(times)
        assert step is not None and not step.significant
    assert step_of([1.0, 2.0]) is None


def test_noise_makes_a_step_in_one_run_of_twenty_at_most() -> None:
    chance = np.random.default_rng(0)
    for number in (3, 4, 9, 20):
        runs = np.exp(chance.normal(0, 0.03, (600, number))).tolist()
        found = [step is not None and step.significant for step in map(step_of, runs)]
        assert sum(found) <= 0.05 * 600 + 10, "within three standard errors of 5 %"
