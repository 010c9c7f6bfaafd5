"""The one door to the hardware: the only code that knows a platform or a vendor."""

import platform
from typing import Any

import psutil

from chipbench.hardware import apple, host
from chipbench.hardware.agreement import (
    accelerator_mismatch,
    contradictions,
    metal_plugin_mismatch,
)
from chipbench.hardware.amd import AmdGpus
from chipbench.hardware.host import HostSensor, raise_open_files_limit
from chipbench.hardware.machine import Accelerator, Machine
from chipbench.hardware.nvidia import NvidiaGpus
from chipbench.hardware.rapl import RaplSensor
from chipbench.hardware.sensor import Sensor

__all__ = [
    "Accelerator",
    "Machine",
    "Sensor",
    "accelerator_mismatch",
    "contradictions",
    "detect",
    "metal_plugin_mismatch",
    "raise_open_files_limit",
    "sensors",
]


def detect() -> Machine:
    """The machine at hand."""
    mac = host.is_mac()
    accelerators = apple.accelerators() if mac else _linux_accelerators()
    cpu = (apple.sysctl("machdep.cpu.brand_string") if mac else None) or host.cpu_model()
    virtual_mac = "virtual machine" if mac and apple.is_virtual() else None
    cores = psutil.cpu_count() or 1
    facts: dict[str, Any] = {
        "cpu": cpu,
        "cpu_cores_physical": psutil.cpu_count(logical=False),
        "cpu_cores_logical": cores,
        "memory_mib": host.memory_mib(),
        "os": host.os_name(),
        "architecture": platform.machine(),
        "accelerators": accelerators,
        "model": apple.sysctl("hw.model") if mac else None,
        "virtualization": virtual_mac if mac else host.virtualization(),
        "power_source": host.power_source(),
        "cpu_governor": host.cpu_governor(),
        "colab": host.on_colab(),
        "versions": host.versions(),
    }
    return Machine(name=machine_name(cpu, cores, accelerators, host.on_colab()), **facts)


def machine_name(
    cpu: str, cores: int, accelerators: tuple[Accelerator, ...], colab: bool = False
) -> str:
    """What a result is attributed to: the accelerator's name, else the processor's."""
    prefix = "Colab " if colab else ""
    if not accelerators:
        return f"{prefix}{cpu} ({cores} cores)"
    first = accelerators[0]
    if first.cores:
        return f"{prefix}{first.name} ({first.cores}-core GPU)"
    several = f" x{len(accelerators)}" if len(accelerators) > 1 else ""
    return f"{prefix}{first.name}{several}"


def sensors() -> list[Sensor]:
    """All sensors that this machine has and this user may read."""
    found: list[Sensor] = [HostSensor()]
    if host.is_mac():
        return [*found, _mac_gpu_sensor()]
    found += [gpus for gpus in (NvidiaGpus(), AmdGpus()) if gpus.accelerators()]
    try:
        found.append(RaplSensor())
    except OSError:  # no counters here, or only for the administrator
        return found
    return found


def _linux_accelerators() -> tuple[Accelerator, ...]:
    return NvidiaGpus().accelerators() or AmdGpus().accelerators()


def _mac_gpu_sensor() -> Sensor:
    try:
        return apple.MacmonSensor()
    except (ImportError, OSError, RuntimeError):  # Intel Mac, not installed, or refused
        return apple.IoregSensor()
