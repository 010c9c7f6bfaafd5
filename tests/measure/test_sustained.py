"""Whether a speed lasted, of epochs that a test makes up."""

import random

import pytest

from chipbench.ground import sustained_metrics
from chipbench.measure.drift import drift_of, step_of
from chipbench.measure.sustained import lasting

SUSTAINED, SLOWED = sustained_metrics.SUSTAINED, sustained_metrics.SLOWED_AFTER


def noisy(times_s: list[float]) -> list[float]:
    chance = random.Random(3)
    return [time_s * chance.uniform(0.99, 1.01) for time_s in times_s]


def told(times_s: list[float], rest_s: float = 0.0) -> dict[str, float]:
    return lasting(times_s, [rest_s] * len(times_s))


def test_a_steady_speed_lasted_and_there_is_no_time_at_which_it_did_not() -> None:
    assert told([9.0] + [1.0] * 400) == {SUSTAINED: 100.0}
    found = told([9.0, *noisy([1.0] * 400)])
    assert found == {SUSTAINED: pytest.approx(100, abs=0.5)}


@pytest.mark.parametrize("epochs", [10, 100, 1000])
def test_a_step_is_found_where_it_is(epochs: int) -> None:
    times_s = [9.0, *noisy([1.0] * epochs + [1.25] * epochs)]
    found = told(times_s)
    assert found[SUSTAINED] == pytest.approx(80, abs=1)
    assert found[SLOWED] == pytest.approx(9 + epochs, rel=0.01)


def test_validations_take_time_and_are_no_speed() -> None:
    found = told([2.0] + [1.0] * 50 + [2.0] * 50, rest_s=0.5)
    assert found[SUSTAINED] == pytest.approx(50)
    assert found[SLOWED] == pytest.approx(2.5 + 50 * 1.5)


def test_a_ramp_has_slowed_somewhere_on_its_way() -> None:
    found = told([9.0, *noisy([1.0 + 0.005 * n for n in range(100)])])
    assert 65 < found[SUSTAINED] < 78
    assert 9 + 20 < found[SLOWED] < 9 + 120


def test_one_that_became_faster_has_not_slowed() -> None:
    found = told([9.0] + [1.25] * 50 + [1.0] * 50)
    assert found == {SUSTAINED: pytest.approx(125)}


def test_noise_and_single_stalls_are_no_slowing() -> None:
    chance = random.Random(5)
    times_s = [1.0 + chance.uniform(-0.3, 0.3) for _ in range(300)]
    assert SLOWED not in told([2.0, *times_s])
    times_s[150] = 20.0
    assert SLOWED not in told([2.0, *times_s])


def test_the_ends_are_a_minute_or_a_fifth_of_the_time() -> None:
    long_s = [1.0] * 60 + [1.5] * 480 + [2.0] * 30  # 840 s: a minute at each end
    assert told([1.0, *long_s])[SUSTAINED] == pytest.approx(50)
    short_s = [1.0] * 20 + [1.5] * 40 + [2.0] * 10  # 100 s: twenty seconds at each end
    assert told([1.0, *short_s])[SUSTAINED] == pytest.approx(50)


def test_few_epochs_are_held_against_each_other_and_two_tell_nothing() -> None:
    assert told([9.0, 1.0]) == told([9.0]) == told([]) == {}
    assert told([9.0, 1.0, 2.0])[SUSTAINED] == pytest.approx(50)
    assert told([9.0, 9.0, 1.0])[SUSTAINED] == pytest.approx(900), "no epoch is at both ends"


def test_an_hour_of_short_epochs_is_told_of_at_once() -> None:
    times_s = noisy([0.1] * 20_000 + [0.12] * 20_000)
    step, drift = step_of(times_s), drift_of(times_s)
    assert step is not None and step.is_told and step.after == pytest.approx(20_000, abs=20)
    assert drift is not None and drift.significant
