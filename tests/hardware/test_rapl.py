from pathlib import Path

import pytest

from chipbench.ground import metrics
from chipbench.hardware.rapl import RaplSensor


def count(root: Path, joules: float, zone: str = "intel-rapl:0", name: str = "package-0") -> Path:
    folder = root / zone
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "energy_uj").write_text(f"{round(joules * 1e6)}\n")
    (folder / "max_energy_range_uj").write_text("10000000\n")
    (folder / "name").write_text(f"{name}\n")
    return root


def test_energy_is_counted_over_a_wrap(tmp_path: Path) -> None:
    sensor = RaplSensor(count(tmp_path, 9))
    count(tmp_path, 2)
    assert sensor.counted_j() == {metrics.CPU_POWER: 3.0}
    count(tmp_path, 4)
    assert sensor.counted_j() == {metrics.CPU_POWER: 5.0}


def test_packages_are_added_and_their_parts_are_not(tmp_path: Path) -> None:
    zones = {"intel-rapl:1": "package-1", "intel-rapl:0:0": "core", "intel-rapl:2": "psys"}
    count(tmp_path, 1)
    for zone, name in zones.items():
        count(tmp_path, 1, zone, name)
    sensor = RaplSensor(tmp_path)
    count(tmp_path, 2)
    for zone, name in zones.items():
        count(tmp_path, 4, zone, name)
    assert sensor.counted_j() == {metrics.CPU_POWER: 4.0}


def test_power_is_the_mean_since_the_last_reading(tmp_path: Path) -> None:
    now_s = [100.0]
    sensor = RaplSensor(count(tmp_path, 1), clock=lambda: now_s[0])
    assert sensor.read() == {}
    now_s[0] = 102.0
    count(tmp_path, 7)
    assert sensor.counted_j() == {
        metrics.CPU_POWER: 6.0
    }  # asking for the energy takes nothing from the power
    assert sensor.read() == {metrics.CPU_POWER: 3.0}


def test_without_a_counter_there_is_no_sensor(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        RaplSensor(tmp_path)
