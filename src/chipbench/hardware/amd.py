"""AMD GPUs on Linux, through the amdgpu driver's files."""

import math
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from chipbench.ground import metrics
from chipbench.hardware.answer_or_none import ask
from chipbench.hardware.machine import UNNAMED, Accelerator
from chipbench.hardware.sensor import GPU_BOARD
from chipbench.hardware.visible_gpus import choose

_ROOT = Path("/sys/class/drm")
#: ROCm's own, and then HIP's, which heeds CUDA's where its own is not set.
_VARIABLES = (("ROCR_VISIBLE_DEVICES",), ("HIP_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"))
_MIB = 2**20
_MEGABYTE = 1e6


class AmdGpus:
    """The GPUs that the amdgpu driver shows, and that this process may use; none without it."""

    doubt: str | None = None
    """Why there may be GPUs that are not among these."""

    def __init__(self, root: Path = _ROOT, environment: Mapping[str, str] = os.environ) -> None:
        self._devices = [
            card / "device"
            for card in sorted(root.glob("card[0-9]*"), key=_number_of)
            if (card / "device" / "gpu_busy_percent").is_file()
        ]
        for variables in _VARIABLES:  # the second's numbers count what the first left
            ids = [_id(device) for device in self._devices]
            choice = choose(variables, environment, ids)
            if choice is not None:
                if self._devices and not choice.taken:
                    self.doubt = choice.said_of(len(self._devices))
                self._devices = [
                    self._devices[place] for place in choice.taken if isinstance(place, int)
                ]

    def accelerators(self) -> tuple[Accelerator, ...]:
        """The GPUs' names and memory."""
        return tuple(_accelerator(device) for device in self._devices)

    def read(self) -> dict[str, float]:
        """Use, memory, power, temperature and clock of each GPU; the unreadable is absent."""
        values: dict[str, float] = {}
        for index, device in enumerate(self._devices):
            for quantity, value in _quantities(device).items():
                if value is not None:
                    values[metrics.gpu_metric(index, quantity)] = value
        return values

    def counted_j(self) -> dict[str, float]:
        """The driver counts no energy."""
        return {}

    def bases(self) -> dict[str, str]:
        """The boards'."""
        places = range(len(self._devices))
        return {metrics.gpu_metric(place, metrics.GPU_POWER): GPU_BOARD for place in places}


def _accelerator(device: Path) -> Accelerator:
    total = _number(device / "mem_info_vram_total")
    return Accelerator(
        vendor="amd",
        name=_text(device / "product_name") or UNNAMED["amd"],
        memory_mib=round(total / _MIB) if total else None,
    )


def _id(device: Path) -> str | None:
    """As ROCm spells it."""
    number = _text(device / "unique_id")
    return f"GPU-{number}" if number else None


def _number_of(card: Path) -> int:
    """10 after 9; what is no card's number comes last."""
    digits = card.name.removeprefix("card")
    return int(digits) if digits.isdecimal() else sys.maxsize


def _quantities(device: Path) -> dict[str, float | None]:
    used = _number(device / "mem_info_vram_used")
    total = _number(device / "mem_info_vram_total")
    power_uw = _hwmon(device, "power1_average", "power1_input")
    millidegrees = _hwmon(device, "temp1_input")
    clock_hz = _hwmon(device, "freq1_input")
    return {
        metrics.GPU_UTILIZATION: _number(device / "gpu_busy_percent"),
        metrics.GPU_MEMORY_USED: None if used is None else used / _MEGABYTE,
        metrics.GPU_MEMORY_USED_PERCENT: None if used is None or not total else 100 * used / total,
        metrics.GPU_POWER: None if power_uw is None else power_uw / 1e6,
        metrics.GPU_TEMPERATURE: None if millidegrees is None else millidegrees / 1e3,
        metrics.GPU_CLOCK: None if clock_hz is None else clock_hz / 1e6,
    }


def _hwmon(device: Path, *names: str) -> float | None:
    """The first of the monitoring chip's files that can be read."""
    values = (_number(file) for name in names for file in device.glob(f"hwmon/hwmon*/{name}"))
    return next((value for value in values if value is not None), None)


def _number(file: Path) -> float | None:
    value = ask(lambda: float(file.read_text()))
    return value if value is not None and math.isfinite(value) else None


def _text(file: Path) -> str:
    return (ask(lambda: file.read_text(errors="replace")) or "").strip()
