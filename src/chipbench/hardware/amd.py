"""AMD GPUs on Linux, through the amdgpu driver's files."""

from pathlib import Path

from chipbench.ground import metrics
from chipbench.hardware.machine import Accelerator

_ROOT = Path("/sys/class/drm")
_MIB = 2**20
_MEGABYTE = 1e6


class AmdGpus:
    """The GPUs that the amdgpu driver shows; none without it."""

    def __init__(self, root: Path = _ROOT) -> None:
        self._devices = [
            card / "device"
            for card in sorted(root.glob("card[0-9]*"))
            if (card / "device" / "gpu_busy_percent").is_file()
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

    def energy_j(self) -> None:
        """The driver counts no energy."""


def _accelerator(device: Path) -> Accelerator:
    name = device / "product_name"
    total = _number(device / "mem_info_vram_total")
    return Accelerator(
        vendor="amd",
        name=(name.read_text().strip() if name.is_file() else "") or "AMD GPU",
        memory_mib=None if total is None else round(total / _MIB),
    )


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
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return None
