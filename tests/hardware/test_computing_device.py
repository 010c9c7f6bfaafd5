"""Whose number it is: name, id, price and energy follow the device that computed."""

from dataclasses import replace

import pytest
from support.machines import INTEL_MAC, LINUX, M1_MAX, TITAN

from chipbench.backends.device_agreement import device_name, used_of
from chipbench.config.compose import compose_config
from chipbench.hardware import Accelerator
from chipbench.hardware.computing_device import CHIP, CPU, ELSEWHERE, Used, encoder_of
from chipbench.published.machine_claim import attribution

CPU_POWER, CHIP_POWER = "system/cpu_power_usage_watts", "system/chip_power_usage_watts"
GPU_0, GPU_1 = (f"system/gpu_{place}_power_usage_watts" for place in (0, 1))
RTX = Accelerator("nvidia", "NVIDIA GeForce RTX 4090")
TWO = replace(TITAN, name="NVIDIA TITAN RTX x2", accelerators=2 * TITAN.accelerators)
MIXED = replace(TITAN, accelerators=(Accelerator("nvidia", "NVIDIA GeForce GT 710"), RTX))
MAC = replace(M1_MAX, name="Apple M1 Max (32-core GPU)")


@pytest.mark.parametrize(
    ("machine", "used", "name", "powers"),
    [
        (LINUX, Used(CPU), "AMD EPYC (2 cores)", [CPU_POWER]),
        (TITAN, Used(CPU), "NVIDIA TITAN RTX machine, CPU AMD EPYC (2 cores)", [CPU_POWER]),
        (MAC, Used(CPU), "Apple M1 Max machine, CPU (10 cores)", [CPU_POWER]),
        (MAC, used_of(MAC, "gpu", [None]), "Apple M1 Max (32-core GPU)", [GPU_0]),
        (MAC, Used(CHIP), "Apple M1 Max (32-core GPU)", [CHIP_POWER]),
        (MAC, Used(ELSEWHERE), "Apple M1 Max (32-core GPU)", []),
        (MAC, encoder_of(MAC, "h264_videotoolbox"), "Apple M1 Max (32-core GPU)", []),
        (TITAN, encoder_of(TITAN, "h264_nvenc"), "NVIDIA TITAN RTX", [GPU_0]),
        (LINUX, encoder_of(LINUX, "h264_nvenc"), "h264_nvenc", []),
        (TITAN, used_of(TITAN, "gpu", ["NVIDIA TITAN RTX"]), "NVIDIA TITAN RTX", [GPU_0]),
        (TITAN, used_of(TITAN, "gpu", ["TITAN RTX"]), "NVIDIA TITAN RTX", [GPU_0]),
        (TWO, used_of(TWO, "gpu", [None]), "NVIDIA TITAN RTX", [GPU_0]),
        (TWO, used_of(TWO, "gpu", [None, None]), "NVIDIA TITAN RTX x2", [GPU_0, GPU_1]),
        (MIXED, used_of(MIXED, "gpu", [RTX.name]), RTX.name, [GPU_1]),
        (INTEL_MAC, used_of(INTEL_MAC, "gpu", [None]), "AMD Radeon Pro 5500M", [GPU_0]),
        (replace(TITAN, cpu_quota=1.5), Used(CPU),
         "NVIDIA TITAN RTX machine, CPU AMD EPYC (1.5 cores)", [CPU_POWER]),
    ],
)  # fmt: skip
def test_name_and_energy_are_the_devices(machine, used, name, powers) -> None:
    assert used.name_on(machine) == name
    assert list(used.powers(machine)) == powers
    assert used.doubt is None


@pytest.mark.parametrize(
    ("machine", "said", "name"),
    [
        (TITAN, "NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090"),
        (TITAN, "NVIDIA TITAN RTX MIG 1g.5gb", "NVIDIA TITAN RTX MIG 1g.5gb"),
        (LINUX, "AMD Instinct MI300X", "AMD Instinct MI300X"),
        (replace(LINUX, gpu_doubt="NVML says: Unknown Error"), "NVIDIA H100", "NVIDIA H100"),
    ],
)
def test_a_gpu_that_the_vendor_does_not_show_is_named_and_doubted(machine, said, name) -> None:
    used = used_of(machine, "gpu", [said])
    assert used.name_on(machine) == device_name(machine, used) == name
    assert used.powers(machine) == (), "another card's energy is not this one's"
    assert used.doubt is not None and name in str(used.doubt)


def test_a_card_without_a_name_takes_the_frameworks() -> None:
    machine = replace(LINUX, accelerators=(Accelerator("amd", "AMD GPU"),))
    used = used_of(machine, "gpu", ["AMD Radeon RX 7900 XTX"])
    assert (used.name_on(machine), used.gpus) == ("AMD Radeon RX 7900 XTX", (0,))


def test_the_processor_of_a_gpu_machine_has_its_own_id_and_no_price() -> None:
    words = ["output_dir=none", "machine=titan_rtx_pc"]
    config = compose_config("train", words).machine
    on_gpu = attribution(config, TITAN, used_of(TITAN, "gpu", [None]))
    on_cpu = attribution(config, TITAN, Used(CPU))
    assert (on_gpu["machine"], on_cpu["machine"]) == ("titan_rtx_pc", "titan_rtx_pc_cpu")
    assert on_gpu["price_usd"] is not None and on_cpu["price_usd"] is None
    assert on_gpu["machine_name"] != on_cpu["machine_name"]
