"""Energy of the CPU package as Linux' powercap interface counts it (RAPL), where it is readable."""

from pathlib import Path

_ROOT = Path("/sys/class/powercap")


class RaplSensor:
    """Sums the packages' energy counters, which wrap around at a stated range."""

    def __init__(self, root: Path = _ROOT) -> None:
        """Raises OSError if no package's counter can be read."""
        self._packages = [
            folder
            for folder in sorted(root.glob("intel-rapl:*"))
            if folder.name.count(":") == 1 and (folder / "energy_uj").is_file()
        ]
        self._last = [self._count(folder) for folder in self._packages]
        if not self._packages:
            raise FileNotFoundError(root)
        self._total_uj = 0

    def read(self) -> dict[str, float]:
        """Nothing: only the energy is counted. Keeps up with the counters' wrapping."""
        self.energy_j()
        return {}

    def energy_j(self) -> float:
        """Joules since the sensor was made."""
        for index, folder in enumerate(self._packages):
            now = self._count(folder)
            step = now - self._last[index]
            if step < 0:
                step += int((folder / "max_energy_range_uj").read_text())
            self._total_uj += step
            self._last[index] = now
        return self._total_uj / 1e6

    @staticmethod
    def _count(folder: Path) -> int:
        return int((folder / "energy_uj").read_text())
