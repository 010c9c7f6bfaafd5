"""NVIDIA GPUs, through NVML."""

import ctypes
import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from chipbench.ground import metrics
from chipbench.hardware.machine import Accelerator

_MIB = 2**20
_MEGABYTE = 1e6
#: What TensorFlow's CUDA build loads: library → the package that brings it.
_CUDA_LIBRARIES = {
    "libcudart.so.12": "nvidia-cuda-runtime-cu12",
    "libcublas.so.12": "nvidia-cublas-cu12",
    "libcudnn.so.9": "nvidia-cudnn-cu12",
}


def driver_version(file: Path = Path("/proc/driver/nvidia/version")) -> str | None:
    """The kernel driver's version on Linux; None where none is loaded."""
    try:
        found = re.search(r"\b\d+\.\d+[.\d]*", file.read_text())
    except OSError:
        return None
    return found.group() if found else "unknown"


def missing_cuda_libraries() -> tuple[str, ...]:
    """Those that neither a package of this environment nor the system brings."""
    return tuple(
        library
        for library, package in _CUDA_LIBRARIES.items()
        if not _installed(package) and not _loads(library)
    )


def _installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


class NvidiaGpus:
    """The GPUs that NVML shows; none without a driver."""

    def __init__(self) -> None:
        self._handles: list[Any] = []
        try:
            self._nvml = import_module("pynvml")
        except ImportError:
            return
        try:
            self._nvml.nvmlInit()
            count = self._nvml.nvmlDeviceGetCount()
        except self._nvml.NVMLError:
            return
        asked = (partial(self._nvml.nvmlDeviceGetHandleByIndex, index) for index in range(count))
        found = [self._ask(handle) for handle in asked]
        self._handles = [handle for handle in found if handle is not None]
        self._start_j = self._counted_j()

    def accelerators(self) -> tuple[Accelerator, ...]:
        """The GPUs' names, memory and driver."""
        return tuple(self._accelerator(handle) for handle in self._handles)

    def read(self) -> dict[str, float]:
        """Use, memory, power, temperature and clock of each GPU; the unreadable is absent."""
        values: dict[str, float] = {}
        for index, handle in enumerate(self._handles):
            for quantity, value in self._quantities(handle).items():
                if value is not None:
                    values[metrics.gpu_metric(index, quantity)] = value
        return values

    def energy_j(self) -> float | None:
        """Joules since the sensor was made, by the counter that Volta and later have."""
        now = self._counted_j() if self._handles else None
        return None if now is None or self._start_j is None else now - self._start_j

    def _accelerator(self, handle: Any) -> Accelerator:
        nvml = self._nvml
        memory = self._ask(lambda: nvml.nvmlDeviceGetMemoryInfo(handle).total)
        return Accelerator(
            vendor="nvidia",
            name=_text(self._ask(lambda: nvml.nvmlDeviceGetName(handle))) or "NVIDIA GPU",
            memory_mib=None if memory is None else round(memory / _MIB),
            driver=_text(self._ask(nvml.nvmlSystemGetDriverVersion)),
        )

    def _quantities(self, handle: Any) -> dict[str, float | None]:
        """Each asked for on its own: one that is unavailable does not hide the others."""
        nvml = self._nvml
        memory = self._ask(lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
        power_mw = self._ask(lambda: nvml.nvmlDeviceGetPowerUsage(handle))
        limit_mw = self._ask(lambda: nvml.nvmlDeviceGetEnforcedPowerLimit(handle))
        return {
            metrics.GPU_UTILIZATION: self._ask(
                lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu
            ),
            metrics.GPU_MEMORY_USED: None if memory is None else memory.used / _MEGABYTE,
            metrics.GPU_MEMORY_USED_PERCENT: (
                None if memory is None else 100 * memory.used / memory.total
            ),
            metrics.GPU_POWER: None if power_mw is None else power_mw / 1000,
            metrics.GPU_POWER_PERCENT: (
                None if power_mw is None or not limit_mw else 100 * power_mw / limit_mw
            ),
            metrics.GPU_TEMPERATURE: self._ask(
                lambda: nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)
            ),
            metrics.GPU_CLOCK: self._ask(
                lambda: nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM)
            ),
        }

    def _counted_j(self) -> float | None:
        counts = [
            self._ask(partial(self._nvml.nvmlDeviceGetTotalEnergyConsumption, handle))
            for handle in self._handles
        ]
        known = [count for count in counts if count is not None]
        return sum(known) / 1000 if known and len(known) == len(counts) else None

    def _ask(self, question: Callable[[], Any]) -> Any:
        """NVML's answer; None where this GPU or driver has none."""
        try:
            return question()
        except self._nvml.NVMLError:
            return None


def _text(value: str | bytes | None) -> str | None:
    """Older NVML bindings return bytes."""
    return value.decode() if isinstance(value, bytes) else value
