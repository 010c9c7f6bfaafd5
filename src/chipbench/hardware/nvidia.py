"""NVIDIA GPUs, through NVML."""

import ctypes
import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from chipbench.ground import metrics
from chipbench.ground.plural import counted
from chipbench.hardware.answer_or_none import ODD_ANSWERS
from chipbench.hardware.machine import UNNAMED, Accelerator
from chipbench.hardware.sensor import GPU_BOARD
from chipbench.hardware.visible_gpus import choose

_MIB = 2**20
_MEGABYTE = 1e6
#: NVML's numbers for a library that is not there, and for a driver that is not loaded.
_ABSENT = (12, 9)
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
    """The GPUs that NVML shows, and that this process may use; none without a driver."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        loaded_driver: Callable[[], str | None] = driver_version,
    ) -> None:
        self._handles: list[Any] = []
        self.doubt: str | None = None
        """Why there may be GPUs that are not among these."""
        try:
            self._nvml = import_module("pynvml")
            self._nvml.nvmlInit()
            found = self._all()
        except ImportError:
            self.doubt = _unseen(loaded_driver(), "nvidia-ml-py is not installed")
        except Exception as error:  # NVML's own errors derive from Exception alone
            absent = getattr(error, "value", None) in _ABSENT
            driver = loaded_driver()
            said = f"NVML says: {str(error) or type(error).__name__}"
            self.doubt = _unseen(driver, said) if absent else said
        else:
            self._handles = self._visible(found, environment)

    def _all(self) -> list[Any]:
        """Every GPU's handle; one that is lost hides no other."""
        nvml = self._nvml
        count = nvml.nvmlDeviceGetCount()
        asked = (partial(nvml.nvmlDeviceGetHandleByIndex, index) for index in range(count))
        found = [handle for handle in map(self._ask, asked) if handle is not None]
        if len(found) < count:
            silent = counted(count - len(found), "does not answer", "do not answer")
            self.doubt = f"NVML counts {counted(count, 'GPU')}, and {silent}"
        return found

    def _visible(self, found: list[Any], environment: Mapping[str, str]) -> list[Any]:
        """Those of `found`, or parts of them, that CUDA's variable leaves."""
        nvml = self._nvml
        ids = [_text(self._ask(partial(nvml.nvmlDeviceGetUUID, handle))) for handle in found]
        choice = choose(("CUDA_VISIBLE_DEVICES",), environment, ids)
        if choice is None:
            return found
        if found and not choice.taken:
            self.doubt = choice.said_of(len(found))
        parts = (
            found[place]
            if isinstance(place, int)
            else self._ask(partial(nvml.nvmlDeviceGetHandleByUUID, place))
            for place in choice.taken
        )
        return [part for part in parts if part is not None]

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

    def counted_j(self) -> dict[str, float]:
        """Joules by the counters that Volta and later have; a GPU without one is absent."""
        counts = {
            metrics.gpu_metric(place, metrics.GPU_POWER): self._ask(
                partial(self._nvml.nvmlDeviceGetTotalEnergyConsumption, handle)
            )
            for place, handle in enumerate(self._handles)
        }
        return {name: count / 1000 for name, count in counts.items() if count is not None}

    def bases(self) -> dict[str, str]:
        """The boards'."""
        places = range(len(self._handles))
        return {metrics.gpu_metric(place, metrics.GPU_POWER): GPU_BOARD for place in places}

    def _accelerator(self, handle: Any) -> Accelerator:
        nvml = self._nvml
        memory = self._ask(lambda: nvml.nvmlDeviceGetMemoryInfo(handle).total)
        limit_mw = self._ask(lambda: nvml.nvmlDeviceGetPowerManagementLimit(handle))
        return Accelerator(
            vendor="nvidia",
            name=_text(self._ask(lambda: nvml.nvmlDeviceGetName(handle))) or UNNAMED["nvidia"],
            memory_mib=round(memory / _MIB) if memory else None,
            driver=_text(self._ask(nvml.nvmlSystemGetDriverVersion)),
            power_limit_w=limit_mw / 1000 if limit_mw else None,
        )

    def _quantities(self, handle: Any) -> dict[str, float | None]:
        """Each asked for on its own: one that is unavailable does not hide the others."""
        nvml = self._nvml
        memory = self._ask(lambda: nvml.nvmlDeviceGetMemoryInfo(handle))
        used, total = getattr(memory, "used", None), getattr(memory, "total", None)
        power_mw = self._ask(lambda: nvml.nvmlDeviceGetPowerUsage(handle))
        limit_mw = self._ask(lambda: nvml.nvmlDeviceGetEnforcedPowerLimit(handle))
        return {
            metrics.GPU_UTILIZATION: self._ask(
                lambda: nvml.nvmlDeviceGetUtilizationRates(handle).gpu
            ),
            metrics.GPU_MEMORY_USED: None if used is None else used / _MEGABYTE,
            metrics.GPU_MEMORY_USED_PERCENT: (
                None if used is None or not total else 100 * used / total
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

    def _ask(self, question: Callable[[], Any]) -> Any:
        """NVML's answer; None where this GPU or driver has none, or an odd one."""
        try:
            return question()
        except UnicodeDecodeError as error:  # of a name, by a binding that decodes it
            return bytes(error.object)
        except (self._nvml.NVMLError, *ODD_ANSWERS):
            return None


def _unseen(driver: str | None, why: str) -> str | None:
    """What it means that NVML is not there: with the kernel's driver loaded, not that no GPU is."""
    return None if driver is None else f"the NVIDIA driver {driver} is loaded, and {why}"


def _text(value: str | bytes | None) -> str | None:
    """Older NVML bindings return bytes; what is no UTF-8 in them is marked."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
