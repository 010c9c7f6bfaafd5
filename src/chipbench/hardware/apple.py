"""Macs: what sysctl, system_profiler and ioreg tell, and the sensors of Apple Silicon."""

import json
import plistlib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from chipbench.hardware.machine import Accelerator
from chipbench.hardware.shell import output_of
from chipbench.measure import metrics

_ACCELERATORS = ("ioreg", "-r", "-d", "1", "-w", "0", "-c", "IOAccelerator", "-a")
_USE_KEYS = ("Device Utilization %", "GPU Activity(%)")


def sysctl(name: str) -> str | None:
    """One value of the kernel's state, such as `machdep.cpu.brand_string`."""
    text = output_of("sysctl", "-n", name)
    return None if text is None else text.decode().strip() or None


def is_virtual() -> bool:
    """Whether macOS runs in a virtual machine."""
    return sysctl("kern.hv_vmm_present") == "1"


def accelerators() -> tuple[Accelerator, ...]:
    """The GPUs that system_profiler lists; on Intel Macs the discrete ones come first."""
    text = output_of("system_profiler", "-json", "SPDisplaysDataType")
    entries = json.loads(text).get("SPDisplaysDataType", []) if text else []
    found = [_accelerator(entry) for entry in entries if entry.get("sppci_model")]
    return tuple(sorted(found, key=lambda a: a.vendor == "intel"))


def _accelerator(entry: dict[str, Any]) -> Accelerator:
    cores = entry.get("sppci_cores", "")
    return Accelerator(
        vendor=_vendor(entry["sppci_model"]),
        name=entry["sppci_model"],
        cores=int(cores) if str(cores).isdigit() else None,
        memory_mib=_mib(entry.get("spdisplays_vram")),
        driver=entry.get("spdisplays_mtlgpufamilysupport"),
    )


def _vendor(model: str) -> str:
    lower = model.lower()
    return next((name for name in ("apple", "amd", "intel", "nvidia") if name in lower), "unknown")


def _mib(vram: str | None) -> int | None:
    """ "8 GB" → 8192."""
    number, _, unit = (vram or "").partition(" ")
    factor = {"GB": 1024, "MB": 1}.get(unit)
    return int(number) * factor if factor and number.isdigit() else None


class IoregSensor:
    """Use of the GPU from the I/O registry, on every Mac and without administrator rights."""

    def read(self) -> dict[str, float]:
        """Use of the discrete GPU, else of the only one; absent where no key states it."""
        text = output_of(*_ACCELERATORS)
        entries = plistlib.loads(text) if text else []
        statistics = [e.get("PerformanceStatistics", {}) for e in sorted(entries, key=_is_intel)]
        for values in statistics:
            for key in _USE_KEYS:
                if key in values:
                    name = metrics.gpu_metric(0, metrics.GPU_UTILIZATION)
                    return {name: float(values[key])}
        return {}

    def energy_j(self) -> None:
        """The registry counts no energy."""


def _is_intel(entry: dict[str, Any]) -> bool:
    return "intel" in str(entry.get("IOClass", "")).lower()


class MacmonSensor:
    """Use, power and temperature of Apple Silicon, through macmon-lib."""

    def __init__(self) -> None:
        """Raises ImportError unless macmon-lib is there: `macmon` is another package."""
        try:
            distribution("macmon-lib")
        except PackageNotFoundError as error:
            raise ImportError("macmon-lib is not installed") from error
        self._sampler = import_module("macmon").Sampler()
        self.read()  # the first sample has no interval to look back on

    def read(self) -> dict[str, float]:
        """The quantities now, by metric name; what this chip does not state is absent."""
        try:
            sample = self._sampler.metrics()
        except RuntimeError:  # macmon's errors derive from it; one missed sample is no failure
            return {}
        found: dict[str, float | None] = {
            metrics.gpu_metric(0, metrics.GPU_POWER): sample.power.gpu,
            metrics.CPU_POWER: sample.power.cpu,
            # macmon gives 0 for a temperature that it cannot read.
            metrics.gpu_metric(0, metrics.GPU_TEMPERATURE): sample.temperature.gpu_average or None,
            metrics.CPU_TEMPERATURE: sample.temperature.cpu_average or None,
        }
        for gpu in sample.gpu_usage[:1]:
            found[metrics.gpu_metric(0, metrics.GPU_UTILIZATION)] = 100 * gpu.usage
            found[metrics.gpu_metric(0, metrics.GPU_CLOCK)] = gpu.frequency_mhz
        return {name: float(value) for name, value in found.items() if value is not None}

    def energy_j(self) -> None:
        """macmon gives power; the monitor integrates it."""
