import resource
from pathlib import Path

import pytest

from chipbench.hardware import host
from chipbench.hardware.amd import AmdGpus
from chipbench.hardware.rapl import RaplSensor


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_processors_name_is_read_from_cpuinfo(tmp_path: Path) -> None:
    text = "processor\t: 0\nmodel name\t: AMD Ryzen 9 5950X 16-Core Processor\n"
    write(tmp_path, {"cpuinfo": text})
    assert host.cpu_model(tmp_path / "cpuinfo") == "AMD Ryzen 9 5950X 16-Core Processor"
    assert host.cpu_model(tmp_path / "absent")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".dockerenv": ""}, "container"),
        ({"run/.containerenv": ""}, "container"),
        ({"proc/cpuinfo": "flags : fpu hypervisor avx"}, "virtual machine"),
        ({"proc/cpuinfo": "flags : fpu avx"}, None),
    ],
)
def test_containers_and_virtual_machines(
    files: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    assert host.virtualization(write(tmp_path, files)) == expected


def test_the_governor_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert host.cpu_governor(tmp_path) is None
    write(tmp_path, {"cpu0/cpufreq/scaling_governor": "powersave\n"})
    assert host.cpu_governor(tmp_path) == "powersave"


def test_the_open_files_limit_is_raised_and_never_lowered() -> None:
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    host.raise_open_files_limit()
    raised, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raised > 256
    host.raise_open_files_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == raised
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def test_the_host_sensor_reads_real_values() -> None:
    values = host.HostSensor().read()
    assert 0 <= values["system/cpu_utilization_percentage"] <= 100
    assert values["system/system_memory_usage_megabytes"] > 10


def test_rapl_counts_over_a_wrap(tmp_path: Path) -> None:
    zone = {"intel-rapl:0/energy_uj": "9000000", "intel-rapl:0/max_energy_range_uj": "10000000"}
    core = {"intel-rapl:0:0/energy_uj": "1"}  # part of the package: not counted twice
    sensor = RaplSensor(write(tmp_path, zone | core))
    write(tmp_path, {"intel-rapl:0/energy_uj": "2000000"})
    assert sensor.energy_j() == 3.0
    write(tmp_path, {"intel-rapl:0/energy_uj": "4000000"})
    assert sensor.energy_j() == 5.0


def test_without_rapl_there_is_no_sensor(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        RaplSensor(tmp_path)


def test_an_amd_gpu_is_read_from_the_drivers_files(tmp_path: Path) -> None:
    device = "card1/device"
    files = {
        f"{device}/gpu_busy_percent": "64\n",
        f"{device}/mem_info_vram_used": "2000000000\n",
        f"{device}/mem_info_vram_total": str(8 * 2**30),
        f"{device}/product_name": "Radeon RX 7900 XTX\n",
        f"{device}/hwmon/hwmon3/power1_average": "201000000\n",
    }
    gpus = AmdGpus(write(tmp_path, files))
    (gpu,) = gpus.accelerators()
    assert (gpu.vendor, gpu.name, gpu.memory_mib) == ("amd", "Radeon RX 7900 XTX", 8192)
    assert gpus.read() == {
        "system/gpu_0_utilization_percentage": 64.0,
        "system/gpu_0_memory_usage_megabytes": 2000.0,
        "system/gpu_0_memory_usage_percentage": pytest.approx(23.28, abs=0.01),
        "system/gpu_0_power_usage_watts": 201.0,
    }


def test_what_an_amd_gpu_does_not_state_is_absent(tmp_path: Path) -> None:
    write(tmp_path, {"card0/device/gpu_busy_percent": "1", "card1/device/vendor": "0x8086"})
    assert AmdGpus(tmp_path).read() == {"system/gpu_0_utilization_percentage": 1.0}
