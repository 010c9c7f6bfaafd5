import time

import pytest

from chipbench.measure.energy import energy_of
from chipbench.measure.monitor import Monitor, utilisation_summary
from chipbench.measure.sensor_sample import Reading

GPU = "system/gpu_0_power_usage_watts"


class FakeSensor:
    def __init__(self, values: dict[str, float], counted_j: float | None = None) -> None:
        self._values = values
        self._counted_j = counted_j

    def read(self) -> dict[str, float]:
        return self._values

    def counted_j(self) -> dict[str, float]:
        if self._counted_j is None:
            return {}
        self._counted_j += 10.0
        return {GPU: self._counted_j}

    def bases(self) -> dict[str, str]:
        return {GPU: "gpu_board"}


def reading(time_s: float, **values: float) -> Reading:
    return Reading(time_s, 0, {f"system/{name}": value for name, value in values.items()})


def test_summary_by_hand() -> None:
    values = utilisation_summary(
        [
            reading(0, cpu_utilization_percentage=10, system_memory_usage_megabytes=100),
            reading(
                1,
                cpu_utilization_percentage=30,
                system_memory_usage_megabytes=1048.576,
                process_memory_usage_megabytes=524.288,
            ),
        ]
    )
    assert values == {
        "cpu_utilization_mean_percent": 30.0,
        "cpu_idle_mean_percent": 70.0,
        "memory_peak_mib": pytest.approx(1000.0),
        "process_memory_peak_mib": pytest.approx(500.0),
    }


def test_use_is_of_the_measured_time_alone_and_weighted_by_it() -> None:
    uneven = [
        reading(5, cpu_utilization_percentage=3),  # before the work
        reading(6, cpu_utilization_percentage=90),
        reading(7),  # too soon after another reading
        reading(9, cpu_utilization_percentage=60),
        reading(9.1, cpu_utilization_percentage=0),
    ]
    mean = utilisation_summary(uneven)["cpu_utilization_mean_percent"]
    assert mean == pytest.approx((90 * 1 + 60 * 3 + 0 * 0.1) / 4.1)
    assert utilisation_summary(uneven[:1]) == {}, "nothing is known of the work"


def test_swap_growth_is_above_the_start() -> None:
    swap = [reading(i, swap_usage_megabytes=mb) for i, mb in enumerate([1048.576, 3145.728, 0])]
    assert utilisation_summary(swap)["swap_growth_mib"] == pytest.approx(2000.0)


def test_all_gpus_share_one_mean() -> None:
    both = [
        reading(t, gpu_0_utilization_percentage=100, gpu_1_utilization_percentage=50)
        for t in (0, 1)
    ]
    assert utilisation_summary(both)["gpu_utilization_mean_percent"] == 75.0


def test_missing_readings_are_absent_not_zero() -> None:
    assert utilisation_summary([reading(0)]) == {}
    assert energy_of([reading(0), reading(1)], [GPU]) is None


def test_energy_is_the_integral_of_power() -> None:
    watts = [reading(t, gpu_0_power_usage_watts=w) for t, w in [(0, 10), (2, 30), (3, 30)]]
    energy = energy_of(watts, [GPU])
    assert energy is not None
    assert (energy.joules, energy.covered_percent) == (70.0, 100.0)


def test_the_energy_counter_is_preferred_to_power() -> None:
    sensors = [FakeSensor({GPU: 1e9}, counted_j=5.0)]
    with Monitor(sensors, interval_s=60, powers=[GPU]) as monitor:
        pass
    assert monitor.summary()["energy_j"] == 10.0
    assert monitor.energy_basis == "gpu_board"


def test_readings_are_taken_at_start_at_every_interval_and_at_the_end() -> None:
    steps: list[int] = []
    sensor = FakeSensor({"system/cpu_utilization_percentage": 50.0})
    with Monitor([sensor], 0.02, lambda step, _: steps.append(step)) as monitor:
        time.sleep(0.3)
    assert len(monitor.readings) >= 4
    assert steps == list(range(1, len(monitor.readings) + 1))
    times = [r.time_s for r in monitor.readings]
    assert times == sorted(times)
