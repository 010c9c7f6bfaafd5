"""A result holds a bounded number of rows, whatever the length of its run."""

import math

from chipbench.measure.sampled_columns import MOST_STEPS, MOST_TIMES, by_step, by_time
from chipbench.measure.sensor_sample import Reading

CPU = "system/cpu_utilization_percentage"


def reading(time_s: float, **values: float) -> Reading:
    return Reading(time_s, 0, {f"system/{name}": value for name, value in values.items()})


def test_the_epochs_are_kept_as_they_are() -> None:
    columns = by_step({2: {"loss": 0.1}, 1: {"loss": 0.3, "accuracy": 1 / 3}})
    assert columns == {"step": [1, 2], "loss": [0.3, 0.1], "accuracy": [1 / 3, None]}
    assert by_step({}) == {}


def test_of_more_steps_than_a_result_holds_every_few_are_kept() -> None:
    columns = by_step({step: {"loss": float(step)} for step in range(1, 2 * MOST_STEPS + 2)})
    assert list(columns["step"][:3]) == [1, 4, 7] and len(columns["step"]) <= MOST_STEPS
    assert columns["loss"][2] == 7.0


def test_neighbouring_readings_become_their_mean() -> None:
    readings = [reading(float(t), cpu_utilization_percentage=float(t % 2)) for t in range(1000)]
    columns = by_time(readings)
    assert len(columns["time_s"]) == len(columns[CPU]) <= MOST_TIMES
    assert columns["time_s"][0] == 8.0 and columns[CPU][0] == 0.4706


def test_what_says_nothing_of_the_machines_use_is_left_out() -> None:
    columns = by_time([reading(0.0, disk_usage_megabytes=5.0, gpu_0_power_usage_watts=7.0)])
    assert columns == {"time_s": [0.0], "system/gpu_0_power_usage_watts": [7.0]}
    columns = by_time([reading(0.0, cpu_utilization_percentage=math.nan)])
    assert columns == {"time_s": [0.0], CPU: [None]}
