"""Macs: what sysctl, system_profiler and ioreg tell, and the sensors of Apple Silicon."""

import json
import plistlib
import re
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any
from xml.parsers.expat import ExpatError

from chipbench.ground import metrics
from chipbench.ground.processes import output_of
from chipbench.hardware.answer_or_none import ask
from chipbench.hardware.machine import Accelerator
from chipbench.hardware.sensor import APPLE_CPU, APPLE_GPU, APPLE_SOC, GPU_BOARD

_IOREG = ("/usr/sbin/ioreg", "-r", "-d", "1", "-w", "0", "-c", "IOAccelerator", "-a")
_DISPLAYS = ("/usr/sbin/system_profiler", "-json", "SPDisplaysDataType")
#: Quantity → the registry's names for it, the first that is there, and what makes its unit ours.
_STATISTICS = {
    metrics.GPU_UTILIZATION: (("Device Utilization %", "GPU Activity(%)"), 1.0),
    metrics.GPU_MEMORY_USED: (("vramUsedBytes", "In use system memory"), 1e-6),
    metrics.GPU_POWER: (("Total Power(W)",), 1.0),
    metrics.GPU_TEMPERATURE: (("Temperature(C)",), 1.0),
}


def sysctl(name: str) -> str | None:
    """One value of the kernel's state, such as `machdep.cpu.brand_string`."""
    text = output_of("/usr/sbin/sysctl", "-n", name)
    return None if text is None else text.decode().strip() or None


def is_virtual() -> bool:
    """Whether macOS runs in a virtual machine."""
    return sysctl("kern.hv_vmm_present") == "1"


def low_power_mode() -> bool | None:
    """Whether macOS saves energy at the cost of speed, now; None where it does not say."""
    text = (output_of("/usr/bin/pmset", "-g") or b"").decode(errors="replace")
    stated = re.search(r"^\s*(?:low)?powermode\s+(\d+)", text, re.MULTILINE)
    return None if stated is None else stated.group(1) == "1"  # of `powermode`, 2 is the highest


def accelerators() -> tuple[Accelerator, ...]:
    """The GPUs that system_profiler lists; on Intel Macs the discrete ones come first."""
    text = output_of(*_DISPLAYS)
    try:
        entries = json.loads(text or b"{}").get("SPDisplaysDataType", [])
    except ValueError:
        return ()
    found = [_accelerator(entry) for entry in entries if entry.get("sppci_model")]
    return tuple(sorted(found, key=lambda a: a.vendor == "intel"))


def _accelerator(entry: dict[str, Any]) -> Accelerator:
    cores = entry.get("sppci_cores", "")
    return Accelerator(
        vendor=_vendor(f"{entry.get('spdisplays_vendor', '')} {entry['sppci_model']}"),
        name=entry["sppci_model"],
        cores=int(cores) if str(cores).isdigit() else None,
        memory_mib=_mib(entry.get("spdisplays_vram")),
        driver=entry.get("spdisplays_mtlgpufamilysupport"),
    )


def _vendor(text: str) -> str:
    lower = text.lower()
    known = {"apple": "apple", "amd": "amd", "radeon": "amd", "intel": "intel", "nvidia": "nvidia"}
    return next((vendor for word, vendor in known.items() if word in lower), "unknown")


def _mib(vram: str | None) -> int | None:
    """ "8 GB" → 8192."""
    number, _, unit = (vram or "").partition(" ")
    factor = {"GB": 1024, "MB": 1}.get(unit)
    return int(number) * factor if factor and number.isdigit() else None


class IoregSensor:
    """The GPU's statistics in the I/O registry, on every Mac and without administrator rights."""

    def read(self) -> dict[str, float]:
        """Use, memory, power and temperature of the GPU, the discrete one of two."""
        statistics = _gpu_statistics()
        values: dict[str, float] = {}
        for quantity, (keys, factor) in _STATISTICS.items():
            key = next((key for key in keys if key in statistics), None)
            value = None if key is None else ask(partial(float, statistics[key]))
            if value is not None:
                values[metrics.gpu_metric(0, quantity)] = value * factor
        return values

    def counted_j(self) -> dict[str, float]:
        """The registry counts no energy; the monitor integrates the power, if there is one."""
        return {}

    def bases(self) -> dict[str, str]:
        """The graphics card's; Apple's own GPUs state none here."""
        return {metrics.gpu_metric(0, metrics.GPU_POWER): GPU_BOARD}


def _gpu_statistics() -> dict[str, Any]:
    """Never those of the integrated GPU in the place of a discrete one that states none."""
    try:
        entries: list[dict[str, Any]] = plistlib.loads(output_of(*_IOREG) or b"")
    except (plistlib.InvalidFileException, ExpatError):
        return {}
    first = min(entries, key=_is_intel, default={})
    statistics: dict[str, Any] = first.get("PerformanceStatistics", {})
    return statistics


def _is_intel(entry: dict[str, Any]) -> bool:
    return "intel" in str(entry.get("IOClass", "")).lower()


class MacmonSensor:
    """Use, power and temperature of Apple Silicon, through macmon-lib."""

    def __init__(self) -> None:
        """Raises ImportError unless macmon-lib is there (`macmon` is another package).

        Raises RuntimeError if it cannot sample here.
        """
        try:
            distribution("macmon-lib")
        except PackageNotFoundError as error:
            raise ImportError("macmon-lib is not installed") from error
        self._sampler = import_module("macmon").Sampler()
        self._sampler.metrics()  # the first sample has no interval to look back on

    def read(self) -> dict[str, float]:
        """The quantities now, by metric name; what this chip does not state is absent."""
        try:
            sample = self._sampler.metrics()
        except RuntimeError:  # macmon's errors derive from it; one missed sample is no failure
            return {}
        found: dict[str, float | None] = {
            metrics.gpu_metric(0, metrics.GPU_POWER): sample.power.gpu,
            # A processor that answers draws power; macOS 27 says 0 (macmon issue 76).
            metrics.CPU_POWER: sample.power.cpu or None,
            metrics.CHIP_POWER: sample.power.cpu and getattr(sample.power, "package", None) or None,
            # macmon gives 0 for a temperature that it cannot read.
            metrics.gpu_metric(0, metrics.GPU_TEMPERATURE): sample.temperature.gpu_average or None,
            metrics.CPU_TEMPERATURE: sample.temperature.cpu_average or None,
        }
        for gpu in sample.gpu_usage[:1]:
            found[metrics.gpu_metric(0, metrics.GPU_UTILIZATION)] = 100 * gpu.usage
            found[metrics.gpu_metric(0, metrics.GPU_CLOCK)] = gpu.frequency_mhz
        return {name: float(value) for name, value in found.items() if value is not None}

    def counted_j(self) -> dict[str, float]:
        """macmon gives power; the monitor integrates it."""
        return {}

    def bases(self) -> dict[str, str]:
        """Parts of the chip, and all of them."""
        return {
            metrics.gpu_metric(0, metrics.GPU_POWER): APPLE_GPU,
            metrics.CPU_POWER: APPLE_CPU,
            metrics.CHIP_POWER: APPLE_SOC,
        }
