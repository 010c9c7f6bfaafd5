"""Joules are of the device that computed, and say of how much of the time they are."""

from dataclasses import replace

import pytest
from support.nvml import POWERS, NVMLError

from chipbench.ground import metrics
from chipbench.measure import energy
from chipbench.measure.energy import energy_of, without_false_zeros
from chipbench.measure.example_kinds import IMAGES, SEQUENCES
from chipbench.measure.idle_gpu import of_gpus
from chipbench.measure.monitor import Monitor
from chipbench.measure.sensor_sample import Reading

GPU = POWERS[0]
USE = "system/gpu_0_utilization_percentage"


def at(time_s: float, power_w: float | None = None, counted_j: float | None = None) -> Reading:
    values = {} if power_w is None else {GPU: power_w}
    return Reading(time_s, 0, values, {} if counted_j is None else {GPU: counted_j})


@pytest.mark.parametrize(
    ("readings", "joules", "covered"),
    [
        ([at(0, 100), at(5, 100), at(10), at(15), at(20)], 500, 25),
        ([at(0, 100), at(5), at(10, 100), at(20, 100)], 1000, 50),
        ([at(0, None, 0), at(5, None, 800), at(10), at(20)], 800, 25),
        ([at(0, None, 0), at(10), at(20, None, 1660)], 1660, 100),
        ([at(0, None, 900), at(5, None, 1000), at(10, None, 50), at(20, None, 150)], 200, 75),
        ([at(0, 100, 7), at(20, 100, 7)], 2000, 100),
    ],
)
def test_a_gap_is_a_gap(readings: list[Reading], joules: float, covered: float) -> None:
    found = energy_of(readings, [GPU])
    assert found is not None
    assert (found.joules, found.covered_percent) == (joules, covered)


def test_a_gpu_without_readings_covers_nothing_and_the_others_energy_is_not_its() -> None:
    found = energy_of([at(0, 100), at(10, 100)], [GPU, POWERS[1]])
    assert found is not None and (found.joules, found.covered_percent) == (1000, 50)
    assert energy_of([at(0, 100), at(10, 100)], [metrics.CPU_POWER]) is None
    assert energy_of([at(0, 100), at(10, 100)], []) is None


@pytest.mark.parametrize("readings", [[at(0, 0), at(9, 0)], [at(0, None, 5), at(9, None, 5)]])
def test_no_energy_over_a_time_of_work_is_absent(readings: list[Reading]) -> None:
    assert energy_of(readings, [GPU]) is None


def test_nothing_while_busy_is_absent_and_nothing_while_idle_is_not() -> None:
    cpu = metrics.CPU_POWER
    assert without_false_zeros({cpu: 0.0, metrics.CPU_UTILIZATION: 90.0}) == {
        metrics.CPU_UTILIZATION: 90.0
    }
    assert without_false_zeros({cpu: 0.0}) == {}
    assert without_false_zeros({GPU: 0.0, USE: 80.0}) == {USE: 80.0}
    assert without_false_zeros({GPU: 0.0, USE: 0.0}) == {GPU: 0.0, USE: 0.0}
    assert without_false_zeros({metrics.CHIP_POWER: 0.0}) == {}


def test_net_joules_are_without_the_idle_power() -> None:
    values = energy.summary([at(0, 20), at(1, 20)], [at(0, 100), at(10, 100)], [GPU])
    assert values == {
        "idle_power_w": 20,
        "power_peak_w": 100,
        "energy_j": 1000,
        "energy_covered_percent": 100,
        "net_energy_j": 800,
    }


def test_joules_of_a_thousand_are_net_and_of_the_whole_time() -> None:
    values = {"net_energy_j": 800.0, "energy_covered_percent": 100.0}
    counted = {"net_energy_j_per_1000_images": 50_000, "net_energy_j_per_1000_tokens": 0}
    assert energy.per_thousand(values, counted) == {"net_energy_j_per_1000_images": 16.0}
    assert energy.per_thousand(values | {"energy_covered_percent": 90.0}, counted) == {}
    gross = {"energy_j": 800.0, "energy_covered_percent": 100.0}
    assert energy.per_thousand(gross, counted) == {}, "what it draws anyway is not known"


def test_a_thousand_is_of_images_or_of_tokens() -> None:
    assert IMAGES.for_energy(500) == {"net_energy_j_per_1000_images": 500}
    of = replace(SEQUENCES, tokens=200)
    assert of.for_energy(500) == {"net_energy_j_per_1000_tokens": 100_000}


class Failing:
    """Answers until it fails for good, or once; of what NVML raises."""

    def __init__(self, failing: tuple[int, ...]) -> None:
        self.asked = 0
        self._failing = failing

    def read(self) -> dict[str, float]:
        self.asked += 1
        if self.asked in self._failing:
            raise NVMLError("GPU is lost")
        return {GPU: 100.0}

    def counted_j(self) -> dict[str, float]:
        return {}

    def bases(self) -> dict[str, str]:
        return {GPU: "gpu_board"}


def test_one_failed_reading_ends_no_monitoring_and_is_named() -> None:
    monitor = Monitor([Failing((2,))], 60, powers=[GPU])
    with monitor.before_the_work():
        pass
    with monitor:
        for _ in range(3):
            monitor._read()
    assert sum(GPU in reading.values for reading in monitor.readings) == 5
    assert "NVMLError: GPU is lost" in str(next(monitor.doubts()))


def test_a_gpu_that_is_lost_says_so() -> None:
    monitor = Monitor([Failing(tuple(range(4, 99)))], 60, powers=[GPU])
    monitor.readings += [at(0, 100), at(5, 100), at(10), at(20)]
    assert monitor.summary()["energy_covered_percent"] == 25
    assert monitor.energy_basis == "gpu_board"
    assert "25 % of the time" in str(list(monitor.doubts())[-1])


@pytest.mark.parametrize(
    ("uses", "peak", "said"),
    [
        ([0, 0, 0, 0, 0], None, "0 % in all 4 readings"),
        ([50, 0, 0, 0, 0], 0.05, "0.050 TFLOP/s"),
        ([0, 0, 0, 3, 0], 30.0, None),
        ([0, 0, 0], 30.0, None),
        ([], None, None),
    ],
)
def test_a_gpu_that_did_not_compute_is_caught(
    uses: list[float], peak: float | None, said: str | None
) -> None:
    readings = [Reading(number, 0, {USE: use}) for number, use in enumerate(uses)]
    found = list(of_gpus([0], readings, peak))
    assert all(finding.rules_out for finding in found)
    assert bool(found) == (said is not None)
    assert said is None or said in "; ".join(map(str, found))
