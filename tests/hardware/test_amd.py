from pathlib import Path

import pytest

from chipbench.hardware.amd import AmdGpus


def write(root: Path, device: str, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / device / name).parent.mkdir(parents=True, exist_ok=True)
        (root / device / name).write_text(text)
    return root


def test_a_gpu_is_read_from_the_drivers_files(tmp_path: Path) -> None:
    files = {
        "gpu_busy_percent": "64\n",
        "mem_info_vram_used": "2000000000\n",
        "mem_info_vram_total": str(8 * 2**30),
        "product_name": "Radeon RX 7900 XTX\n",
        "hwmon/hwmon3/power1_average": "201000000\n",
        "hwmon/hwmon3/temp1_input": "66000\n",
        "hwmon/hwmon3/freq1_input": "2482000000\n",
    }
    gpus = AmdGpus(write(tmp_path, "card1/device", files))
    (gpu,) = gpus.accelerators()
    assert (gpu.vendor, gpu.name, gpu.memory_mib) == ("amd", "Radeon RX 7900 XTX", 8192)
    assert gpus.read() == {
        "system/gpu_0_utilization_percentage": 64.0,
        "system/gpu_0_memory_usage_megabytes": 2000.0,
        "system/gpu_0_memory_usage_percentage": pytest.approx(23.28, abs=0.01),
        "system/gpu_0_power_usage_watts": 201.0,
        "system/gpu_0_temperature_celsius": 66.0,
        "system/gpu_0_clock_megahertz": 2482.0,
    }


def test_power_is_read_where_the_driver_has_no_average(tmp_path: Path) -> None:
    files = {"gpu_busy_percent": "1", "hwmon/hwmon0/power1_input": "15000000"}
    values = AmdGpus(write(tmp_path, "card0/device", files)).read()
    assert values["system/gpu_0_power_usage_watts"] == 15.0


def test_what_a_gpu_does_not_state_is_absent(tmp_path: Path) -> None:
    write(tmp_path, "card0/device", {"gpu_busy_percent": "1", "mem_info_vram_used": "broken"})
    write(tmp_path, "card1/device", {"vendor": "0x8086"})
    gpus = AmdGpus(tmp_path)
    assert gpus.read() == {"system/gpu_0_utilization_percentage": 1.0}
    assert [gpu.name for gpu in gpus.accelerators()] == ["AMD GPU"]
