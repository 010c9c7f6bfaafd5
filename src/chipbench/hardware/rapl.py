"""Power and energy of the CPU packages as Linux' powercap interface counts them (RAPL)."""

import time
from collections.abc import Callable
from pathlib import Path

from chipbench.ground import metrics
from chipbench.hardware.sensor import CPU_PACKAGE

_ROOT = Path("/sys/class/powercap")


class RaplSensor:
    """Sums the packages' energy counters, which wrap around at a stated range."""

    def __init__(
        self,
        root: Path = _ROOT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises OSError if no package's counter can be read."""
        self._packages = [
            folder
            for folder in sorted(root.glob("intel-rapl:*"))
            if folder.name.count(":") == 1 and _is_package(folder)
        ]
        if not self._packages:
            raise FileNotFoundError(root)
        self._clock = clock
        self._last_uj = [_count_uj(folder) for folder in self._packages]
        self._total_uj = 0
        self._read_at = (clock(), 0)

    def read(self) -> dict[str, float]:
        """Mean power since the last reading; absent without an interval to look back on."""
        before_s, before_uj = self._read_at
        now_s, now_uj = self._clock(), self._update_uj()
        if now_s <= before_s:
            return {}
        self._read_at = (now_s, now_uj)
        return {metrics.CPU_POWER: (now_uj - before_uj) / 1e6 / (now_s - before_s)}

    def counted_j(self) -> dict[str, float]:
        """Joules since the sensor was made."""
        return {metrics.CPU_POWER: self._update_uj() / 1e6}

    def bases(self) -> dict[str, str]:
        """The packages', without their memory."""
        return {metrics.CPU_POWER: CPU_PACKAGE}

    def _update_uj(self) -> int:
        for index, folder in enumerate(self._packages):
            now_uj = _count_uj(folder)
            step_uj = now_uj - self._last_uj[index]
            if step_uj < 0:
                step_uj += int((folder / "max_energy_range_uj").read_text())
            self._total_uj += step_uj
            self._last_uj[index] = now_uj
        return self._total_uj


def _is_package(folder: Path) -> bool:
    """Not so "psys", the whole platform, which holds the packages a second time."""
    name = folder / "name"
    counts = (folder / "energy_uj").is_file()
    return counts and not (name.is_file() and name.read_text().startswith("psys"))


def _count_uj(folder: Path) -> int:
    return int((folder / "energy_uj").read_text())
