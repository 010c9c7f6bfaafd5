"""The one door to the hardware: the only code that knows a platform or a vendor."""

import platform

import psutil

from chipbench.hardware import apple, host
from chipbench.hardware.amd import AmdGpus
from chipbench.hardware.compatibility import (
    TITLES,
    accelerator_mismatch,
    contradictions,
    metal_plugin_mismatch,
)
from chipbench.hardware.host import (
    available_memory_mib,
    is_mac,
    macos_release,
    open_files_limit,
    raise_open_files_limit,
)
from chipbench.hardware.host_sensor import HostSensor
from chipbench.hardware.load import Load, OtherLoad, load_now
from chipbench.hardware.machine import Accelerator, Machine, usable_by_tensorflow
from chipbench.hardware.nvidia import NvidiaGpus, driver_version, missing_cuda_libraries
from chipbench.hardware.packages import cuda_mismatch, metadata_mismatch, sensor_mismatch
from chipbench.hardware.rapl import RaplSensor
from chipbench.hardware.sensor import Sensor

__all__ = [
    "TITLES",
    "Accelerator",
    "Load",
    "Machine",
    "OtherLoad",
    "Sensor",
    "accelerator_mismatch",
    "available_memory_mib",
    "contradictions",
    "cuda_mismatch",
    "detect",
    "load_now",
    "driver_version",
    "is_mac",
    "sensor_mismatch",
    "macos_release",
    "metadata_mismatch",
    "metal_plugin_mismatch",
    "missing_cuda_libraries",
    "open_files_limit",
    "raise_open_files_limit",
    "sensors",
]


def detect() -> Machine:
    """The machine at hand."""
    mac = host.is_mac()
    gpus = None if mac else _linux_gpus()
    accelerators = apple.accelerators() if mac else gpus.accelerators() if gpus else ()
    cpu = (apple.sysctl("machdep.cpu.brand_string") if mac else None) or host.cpu_model()
    virtual_mac = "virtual machine" if mac and apple.is_virtual() else None
    cores = psutil.cpu_count() or 1
    os_name, colab = host.os_name(), host.on_colab()
    return Machine(
        name=machine_name(cpu, cores, usable_by_tensorflow(accelerators, os_name), colab),
        cpu=cpu,
        cpu_cores_physical=psutil.cpu_count(logical=False),
        cpu_cores_logical=cores,
        memory_mib=host.memory_mib(),
        os=os_name,
        architecture=platform.machine(),
        accelerators=accelerators,
        model=apple.sysctl("hw.model") if mac else None,
        virtualization=virtual_mac if mac else host.virtualization(),
        power_source=host.power_source(),
        cpu_governor=host.cpu_governor(),
        colab=colab,
        versions=host.versions(),
    )


def machine_name(cpu: str, cores: int, gpus: tuple[Accelerator, ...], colab: bool = False) -> str:
    """What a result is attributed to: the GPU that trains, else the processor."""
    prefix = "Colab " if colab else ""
    if not gpus:
        return f"{prefix}{cpu} ({cores} cores)"
    first = gpus[0]
    if first.cores:
        return f"{prefix}{first.name} ({first.cores}-core GPU)"
    several = f" x{len(gpus)}" if len(gpus) > 1 else ""
    return f"{prefix}{first.name}{several}"


def sensors() -> list[Sensor]:
    """All sensors that this machine has and this user may read."""
    if host.is_mac():
        return [HostSensor(), _mac_gpu_sensor()]
    found: list[Sensor] = [HostSensor()]
    gpus = _linux_gpus()
    if gpus is not None:
        found.append(gpus)
    try:
        found.append(RaplSensor(counted=gpus is None))
    except OSError:  # no counters here, or only for the administrator
        return found
    return found


def _linux_gpus() -> NvidiaGpus | AmdGpus | None:
    """NVIDIA's, else AMD's: together, two vendors' first GPUs would share one name."""
    vendors: tuple[NvidiaGpus | AmdGpus, ...] = (NvidiaGpus(), AmdGpus())
    return next((gpus for gpus in vendors if gpus.accelerators()), None)


def _mac_gpu_sensor() -> Sensor:
    try:
        return apple.MacmonSensor()
    except (ImportError, OSError, RuntimeError):  # Intel Mac, not installed, or refused
        return apple.IoregSensor()
