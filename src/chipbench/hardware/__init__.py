"""The one door to the hardware: the only code that knows a platform or a vendor."""

import math
import platform
from dataclasses import replace

import psutil

from chipbench.ground.files import digest
from chipbench.hardware import apple, host
from chipbench.hardware.amd import AmdGpus
from chipbench.hardware.answer_or_none import ODD_ANSWERS, ask
from chipbench.hardware.compatibility import (
    TITLES,
    accelerator_mismatch,
    contradictions,
    metal_plugin_mismatch,
    same_gpu,
)
from chipbench.hardware.computing_device import Used
from chipbench.hardware.cores import usable_cores
from chipbench.hardware.host import (
    available_memory_mib,
    forks_safely,
    is_mac,
    macos_release,
    open_files_limit,
    raise_open_files_limit,
    versions,
)
from chipbench.hardware.host_sensor import HostSensor
from chipbench.hardware.installation import installation_id
from chipbench.hardware.machine import Accelerator, Machine, cores_text, distribution, gpus_text
from chipbench.hardware.nvidia import NvidiaGpus, driver_version, missing_cuda_libraries
from chipbench.hardware.other_load import Load, OtherLoad, load_now
from chipbench.hardware.packages import (
    cuda_mismatch,
    foreign_plugin,
    metadata_mismatch,
    sensor_mismatch,
)
from chipbench.hardware.process_sensor import ProcessSensor
from chipbench.hardware.rapl import RaplSensor
from chipbench.hardware.sensor import Sensor

__all__ = [
    "TITLES",
    "Accelerator",
    "Load",
    "Machine",
    "OtherLoad",
    "Sensor",
    "Used",
    "accelerator_mismatch",
    "available_memory_mib",
    "contradictions",
    "cuda_mismatch",
    "detect",
    "distribution",
    "forks_safely",
    "installation_id",
    "load_now",
    "driver_version",
    "foreign_plugin",
    "is_mac",
    "sensor_mismatch",
    "macos_release",
    "metadata_mismatch",
    "metal_plugin_mismatch",
    "missing_cuda_libraries",
    "open_files_limit",
    "raise_open_files_limit",
    "same_gpu",
    "sensors",
    "usable_cores",
    "versions",
]


def detect(installation: str | None = None) -> Machine:
    """The machine at hand, as far as this process may use it.

    `installation`: what tells it from another of the same name, see `installation_id`.
    """
    mac = host.is_mac()
    gpus = None if mac else _linux_gpus()
    found = apple.accelerators if mac else gpus.accelerators if gpus else tuple
    accelerators = ask(found) or ()
    cpu = (apple.sysctl("machdep.cpu.brand_string") if mac else None) or host.cpu_model()
    virtual_mac = "virtual machine" if mac and apple.is_virtual() else None
    usable = usable_cores()
    cores = math.ceil(usable)
    architecture = platform.machine()
    known = None if installation is None else (installation, cpu, usable, architecture)
    machine = Machine(
        name="",
        cpu=cpu,
        cpu_cores_physical=_physical(cores),
        cpu_cores_logical=cores,
        memory_mib=host.memory_mib(),
        os=host.os_name(),
        architecture=architecture,
        accelerators=accelerators,
        model=apple.sysctl("hw.model") if mac else None,
        virtualization=virtual_mac if mac else host.virtualization(),
        power_source=host.power_source(),
        low_power_mode=apple.low_power_mode() if mac else None,
        cpu_governor=host.cpu_governor(),
        colab=host.on_colab(),
        cpu_quota=None if usable == cores else usable,
        fingerprint=None if known is None else digest(known, 12),
        gpu_doubt=gpus.doubt if gpus else None,
        versions=versions(),
    )
    return replace(machine, name=_name(machine))


def _name(machine: Machine) -> str:
    """What a result is attributed to until it is known what computes: the GPU, or the CPU."""
    gpus = machine.training_gpus
    if not gpus:
        return f"{machine.prefix}{machine.cpu} ({cores_text(machine)})"
    return f"{machine.prefix}{gpus_text([gpu.name for gpu in gpus], gpus[0].cores)}"


def _physical(usable: int) -> int | None:
    physical = ask(lambda: psutil.cpu_count(logical=False))
    return None if physical is None else min(physical, usable)


def sensors() -> list[Sensor]:
    """All sensors that this machine has and this user may read."""
    if host.is_mac():
        return [HostSensor(), ProcessSensor(), _mac_gpu_sensor()]
    gpus, counters = _linux_gpus(), ask(RaplSensor)  # no counters, or for the administrator alone
    shown = gpus if gpus is not None and gpus.accelerators() else None
    own = (HostSensor(), ProcessSensor())
    return [*own, *(sensor for sensor in (shown, counters) if sensor is not None)]


def _linux_gpus() -> NvidiaGpus | AmdGpus | None:
    """NVIDIA's, else AMD's: together, two vendors' first GPUs would share one name.

    Without any, the one that gives reason to doubt it.
    """
    vendors: tuple[NvidiaGpus | AmdGpus, ...] = (NvidiaGpus(), AmdGpus())
    seen = next((gpus for gpus in vendors if gpus.accelerators()), None)
    return seen or next((gpus for gpus in vendors if gpus.doubt), None)


def _mac_gpu_sensor() -> Sensor:
    try:
        return apple.MacmonSensor()
    except (ImportError, *ODD_ANSWERS):  # Intel Mac, not installed, or refused
        return apple.IoregSensor()
