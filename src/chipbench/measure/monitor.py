"""The monitor: reads the sensors beside the work, and sums up what it saw."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import fmean

from chipbench.ground import metrics
from chipbench.ground.finding import Finding
from chipbench.ground.plural import counted
from chipbench.hardware.sensor import Sensor
from chipbench.measure import energy
from chipbench.measure.sensor_sample import Reading

_MIB_PER_MB = 1e6 / 2**20
_PEAKS = {
    metrics.MEMORY_PEAK: metrics.MEMORY_USED,
    metrics.PROCESS_MEMORY_PEAK: metrics.PROCESS_MEMORY_USED,
}


class Monitor:
    """Reads `sensors` every `interval_s` seconds in a thread, from `start` to `stop`."""

    def __init__(
        self,
        sensors: Sequence[Sensor],
        interval_s: float,
        report: Callable[[int, Reading], None] = lambda step, reading: None,
        powers: Sequence[str] = (),
    ) -> None:
        """`powers`: the series of power that are the energy of the device that computes."""
        self._sensors = sensors
        self._interval_s = interval_s
        self._report = report
        self._powers = powers
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="monitor", daemon=True)
        self._before: list[Reading] = []
        self._failures: list[str] = []
        self._start_s = time.monotonic()
        self.readings: list[Reading] = []

    @contextmanager
    def before_the_work(self) -> Iterator[None]:
        """Read the sensors before and after a time without work."""
        self._before = [self._taken()]
        yield
        self._before.append(self._taken())

    def __enter__(self) -> "Monitor":
        self._start_s = time.monotonic()
        self._read()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._read()

    def summary(self) -> dict[str, float]:
        """Means, peaks and energy of all readings, by metric name; the unknown is absent."""
        summed = energy.summary(self._before, self.readings, self._powers)
        return utilisation_summary(self.readings, self._powers) | summed

    @property
    def energy_basis(self) -> str | None:
        """What the energy is of; None if none was counted."""
        known = {name: basis for sensor in self._sensors for name, basis in sensor.bases().items()}
        found = {known[name] for name in self._powers if name in known}
        return "+".join(sorted(found)) or None if metrics.ENERGY in self.summary() else None

    def doubts(self) -> Iterator[Finding]:
        """Which readings failed, and whether the energy is of all the work."""
        if self._failures:
            often = counted(len(self._failures), "time")
            yield Finding(f"a sensor failed {often}, at last with {self._failures[-1]}")
        covered = self.summary().get(metrics.ENERGY_COVERED, 100.0)
        if covered < energy.WHOLE_PERCENT:
            yield Finding(f"the energy is of {covered:.0f} % of the time: the rest was not read")

    def _sample(self) -> None:
        while not self._stopped.wait(self._interval_s):
            self._read()

    def _read(self) -> None:
        self.readings.append(self._taken())
        self._report(len(self.readings), self.readings[-1])

    def _taken(self) -> Reading:
        values: dict[str, float] = {}
        counted_j: dict[str, float] = {}
        for sensor in self._sensors:
            for found, ask in ((values, sensor.read), (counted_j, sensor.counted_j)):
                try:
                    found |= ask()
                except Exception as error:  # whatever a vendor's library raises is a gap alone
                    self._failures.append(f"{type(error).__name__}: {error}")
        now = time.monotonic() - self._start_s
        unix_time_ms = time.time_ns() // 1_000_000
        return Reading(now, unix_time_ms, energy.without_false_zeros(values), counted_j)


def utilisation_summary(
    readings: Sequence[Reading], powers: Sequence[str] = ()
) -> dict[str, float]:
    """Mean utilisation, memory peaks and swap growth of `readings`, by metric name.

    The GPUs' use is that of those whose `powers` are given, else of all.
    """
    cpu = mean_over_time(readings, metrics.CPU_UTILIZATION)
    gpu = [
        m for n in _gpu_names(readings, powers) if (m := mean_over_time(readings, n)) is not None
    ]
    swap = _series(readings, metrics.SWAP_USED)
    values: dict[str, float] = {}
    if cpu is not None:
        values[metrics.CPU_UTILIZATION_MEAN] = cpu
        values[metrics.CPU_IDLE_MEAN] = 100 - cpu
    if gpu:
        values[metrics.GPU_UTILIZATION_MEAN] = fmean(gpu)
    for peak, of in _PEAKS.items():
        memory = _series(readings, of)
        if memory:
            values[peak] = max(memory) * _MIB_PER_MB
    if swap:
        values[metrics.SWAP_GROWTH] = max(value - swap[0] for value in swap) * _MIB_PER_MB
    return values


def mean_over_time(readings: Sequence[Reading], name: str) -> float | None:
    """Mean of a use that each reading tells of the time since the one before; None without one.

    The first reading tells of the time before the work, and readings may lie unevenly.
    """
    total, since_s = 0.0, readings[0].time_s if readings else 0.0
    start_s = since_s
    for reading in readings:
        if name in reading.values:
            total += reading.values[name] * (reading.time_s - since_s)
            since_s = reading.time_s
    return total / (since_s - start_s) if since_s > start_s else None


def _series(readings: Sequence[Reading], name: str) -> list[float]:
    return [reading.values[name] for reading in readings if name in reading.values]


def _gpu_names(readings: Sequence[Reading], powers: Sequence[str]) -> list[str]:
    found = {name for reading in readings for name in reading.values}
    names = [
        n for n in found if n.startswith("system/gpu_") and n.endswith(metrics.GPU_UTILIZATION)
    ]
    wanted = {name.replace(metrics.GPU_POWER, metrics.GPU_UTILIZATION) for name in powers}
    return sorted([name for name in names if name in wanted] or names)
