import sys

import pytest
from support.nvml import POWERS, FakeNvml, NVMLError

from chipbench import hardware
from chipbench.hardware.nvidia import NvidiaGpus


def gpus(monkeypatch: pytest.MonkeyPatch, nvml: FakeNvml) -> NvidiaGpus:
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    return NvidiaGpus()


def test_names_memory_and_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = gpus(monkeypatch, FakeNvml()).accelerators()
    assert (first.name, first.memory_mib, first.driver) == ("NVIDIA TITAN RTX", 24_576, "550.54")
    assert hardware.detect().name == "NVIDIA TITAN RTX x2"


def test_the_power_limit_is_what_is_set_or_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpus(monkeypatch, FakeNvml()).accelerators()[0].power_limit_w == 250
    unstated = FakeNvml("nvmlDeviceGetPowerManagementLimit")
    assert gpus(monkeypatch, unstated).accelerators()[0].power_limit_w is None


def test_readings_are_in_the_tables_units(monkeypatch: pytest.MonkeyPatch) -> None:
    values = gpus(monkeypatch, FakeNvml()).read()
    assert values["system/gpu_0_utilization_percentage"] == 90
    assert values["system/gpu_1_utilization_percentage"] == 91
    assert values["system/gpu_0_memory_usage_percentage"] == 25
    assert values["system/gpu_0_memory_usage_megabytes"] == pytest.approx(6442.45, abs=0.01)
    assert values["system/gpu_0_power_usage_watts"] == 140
    assert values["system/gpu_0_power_usage_percentage"] == 50
    assert values["system/gpu_0_temperature_celsius"] == 71
    assert values["system/gpu_0_clock_megahertz"] == 1770


def test_one_missing_reading_is_absent_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = gpus(monkeypatch, FakeNvml("nvmlDeviceGetPowerUsage")).read()
    assert "system/gpu_0_power_usage_watts" not in values
    assert "system/gpu_0_power_usage_percentage" not in values
    assert values["system/gpu_0_utilization_percentage"] == 90


def test_a_lost_gpu_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def handle(index: int) -> int:
        if index == 0:
            raise NVMLError("GPU is lost")
        return index

    nvml = FakeNvml()
    monkeypatch.setattr(nvml, "nvmlDeviceGetHandleByIndex", handle, raising=False)
    assert len(gpus(monkeypatch, nvml).accelerators()) == 1


def test_energy_is_counted_for_each_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = FakeNvml()
    sensor = gpus(monkeypatch, nvml)
    nvml.energy_mj += 5_000
    assert sensor.counted_j() == {POWERS[0]: 1005.0, POWERS[1]: 1005.0}


def test_before_volta_there_is_no_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml = FakeNvml("nvmlDeviceGetTotalEnergyConsumption")
    assert gpus(monkeypatch, nvml).counted_j() == {}


def test_without_a_driver_there_are_no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    none = gpus(monkeypatch, FakeNvml("driver"))
    assert (none.accelerators(), none.read(), none.counted_j()) == ((), {}, {})
