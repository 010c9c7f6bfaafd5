import plistlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from chipbench import hardware
from chipbench.hardware import apple, host
from chipbench.hardware.machine import slug

SAMPLES = Path(__file__).parent / "samples"
SYSCTL = {
    "machdep.cpu.brand_string": "Apple M1 Max",
    "hw.model": "MacBookPro18,2",
    "kern.hv_vmm_present": "0",
}


def fake_commands(displays: str, ioreg: list[dict[str, object]]) -> Callable[..., bytes | None]:
    def output_of(*command: str) -> bytes | None:
        tool = Path(command[0]).name
        if tool == "sysctl":
            return SYSCTL.get(command[-1], "").encode() + b"\n"
        if tool == "system_profiler":
            return (SAMPLES / displays).read_bytes()
        return plistlib.dumps(ioreg) if tool == "ioreg" else None

    return output_of


@pytest.fixture
def m1_max(monkeypatch: pytest.MonkeyPatch) -> None:
    ioreg: list[dict[str, object]] = [
        {
            "IOClass": "AGXAcceleratorG13X",
            "model": b"Apple M1 Max",
            "PerformanceStatistics": {
                "Device Utilization %": 37,
                "Renderer Utilization %": 36,
                "In use system memory": 639_418_368,
                "Alloc system memory": 2_472_755_200,
            },
        }
    ]
    monkeypatch.setattr(apple, "output_of", fake_commands("displays_m1_max.json", ioreg))
    monkeypatch.setattr(host, "is_mac", lambda: True)
    monkeypatch.setattr(host, "os_name", lambda: "macOS 15.1")


@pytest.mark.usefixtures("m1_max")
def test_an_m1_max_is_recognised() -> None:
    machine = hardware.detect()
    assert machine.name == "Apple M1 Max (32-core GPU)"
    assert slug(machine.name) == "apple_m1_max_32_core_gpu"
    assert (machine.cpu, machine.model, machine.os) == (
        "Apple M1 Max", "MacBookPro18,2", "macOS 15.1",
    )  # fmt: skip
    (gpu,) = machine.accelerators
    assert (gpu.vendor, gpu.cores, gpu.memory_mib) == ("apple", 32, None)
    assert machine.virtualization is None


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        (b" standby              1\n lowpowermode         1\n", True),
        (b" lowpowermode         0\n", False),
        (b" powermode            2\n", False),
        (b" standby              1\n", None),
        (None, None),
    ],
)
def test_the_low_power_mode_is_what_pmset_says_or_absent(
    said: bytes | None, mode: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apple, "output_of", lambda *command: said)
    assert apple.low_power_mode() is mode


def test_the_discrete_gpu_of_an_intel_mac_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    ioreg: list[dict[str, object]] = [
        {"IOClass": "IntelAccelerator", "PerformanceStatistics": {"Device Utilization %": 3}},
        {"IOClass": "AMDNavi14GraphicsAccelerator",
         "PerformanceStatistics": {
             "GPU Activity(%)": 88, "vramUsedBytes": 2_147_483_648, "Temperature(C)": 71,
             "Total Power(W)": 38}},
    ]  # fmt: skip
    commands = fake_commands("displays_intel_16_2019.json", ioreg)
    monkeypatch.setattr(apple, "output_of", commands)
    first, second = apple.accelerators()
    assert (first.name, first.vendor, first.memory_mib) == ("AMD Radeon Pro 5500M", "amd", 8192)
    assert second.vendor == "intel"
    assert apple.IoregSensor().read() == {
        "system/gpu_0_utilization_percentage": 88.0,
        "system/gpu_0_memory_usage_megabytes": pytest.approx(2147.483648),
        "system/gpu_0_power_usage_watts": 38.0,
        "system/gpu_0_temperature_celsius": 71.0,
    }


def test_a_silent_discrete_gpu_is_not_replaced_by_the_integrated_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ioreg: list[dict[str, object]] = [
        {"IOClass": "IntelAccelerator", "PerformanceStatistics": {"Device Utilization %": 3}},
        {"IOClass": "AMDRadeonX6000_AMDNavi14GraphicsAccelerator"},
    ]
    monkeypatch.setattr(apple, "output_of", fake_commands("displays_intel_16_2019.json", ioreg))
    assert apple.IoregSensor().read() == {}


@pytest.mark.usefixtures("m1_max")
def test_ioreg_tells_the_gpus_use() -> None:
    assert apple.IoregSensor().read() == {
        "system/gpu_0_utilization_percentage": 37.0,
        "system/gpu_0_memory_usage_megabytes": pytest.approx(639.418368),
    }


@pytest.mark.parametrize("output", [None, b"", b"not what was expected", b"<plist>"])
def test_a_command_that_tells_nothing_gives_nothing(
    output: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apple, "output_of", lambda *_: output)
    assert apple.IoregSensor().read() == {}
    assert apple.accelerators() == ()


class FakeSampler:
    failing = False

    def metrics(self) -> SimpleNamespace:
        if self.failing:
            raise RuntimeError("sampling failed")
        return SimpleNamespace(
            gpu_usage=[SimpleNamespace(usage=0.42, frequency_mhz=1296)],
            power=SimpleNamespace(gpu=21.5, cpu=4.0),
            temperature=SimpleNamespace(cpu_average=55.0, gpu_average=0.0),
        )


def test_macmon_is_read_in_the_tables_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple, "distribution", lambda name: None)
    monkeypatch.setitem(sys.modules, "macmon", SimpleNamespace(Sampler=FakeSampler))
    sensor = apple.MacmonSensor()
    assert sensor.read() == {
        "system/gpu_0_utilization_percentage": pytest.approx(42.0),
        "system/gpu_0_clock_megahertz": 1296.0,
        "system/gpu_0_power_usage_watts": 21.5,
        "system/cpu_power_usage_watts": 4.0,
        "system/cpu_temperature_celsius": 55.0,
    }
    monkeypatch.setattr(FakeSampler, "failing", True)
    assert sensor.read() == {}


def test_without_a_first_sample_the_registry_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apple, "distribution", lambda name: None)
    monkeypatch.setattr(FakeSampler, "failing", True)
    monkeypatch.setitem(sys.modules, "macmon", SimpleNamespace(Sampler=FakeSampler))
    monkeypatch.setattr(host, "is_mac", lambda: True)
    assert any(isinstance(sensor, apple.IoregSensor) for sensor in hardware.sensors())


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("sppci_vendor_amd Radeon Pro 560X", "amd"),
        (" Radeon Pro 560X", "amd"),
        ("NVIDIA (0x10de) GeForce GT 750M", "nvidia"),
        ("sppci_vendor_Apple Apple Paravirtual device", "apple"),
        ("somebody Something", "unknown"),
    ],
)
def test_the_vendor_is_told_by_what_the_profiler_says(text: str, vendor: str) -> None:
    assert apple._vendor(text) == vendor


def test_the_other_macmon_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "macmon", SimpleNamespace(Sampler=FakeSampler))
    with pytest.raises(ImportError, match="macmon-lib"):
        apple.MacmonSensor()
