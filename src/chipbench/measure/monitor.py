"""The monitor: reads the sensors beside the work, and sums up what it saw."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from chipbench.ground import metrics
from chipbench.hardware.sensor import Sensor

_MIB_PER_MB = 1e6 / 2**20


@dataclass(frozen=True)
class Reading:
    """One sample of all sensors."""

    time_s: float  # since the monitor started
    unix_time_ms: int
    values: Mapping[str, float]  # by metric name


class Monitor:
    """Reads `sensors` every `interval_s` seconds in a thread, from `start` to `stop`."""

    def __init__(
        self,
        sensors: Sequence[Sensor],
        interval_s: float,
        report: Callable[[int, Reading], None] = lambda step, reading: None,
    ) -> None:
        self._sensors = sensors
        self._interval_s = interval_s
        self._report = report
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="monitor", daemon=True)
        self._energy_at_start: list[float | None] = []
        self._energy_at_stop: list[float | None] = []
        self._start_s = 0.0
        self.readings: list[Reading] = []

    def __enter__(self) -> "Monitor":
        self._start_s = time.monotonic()
        self._energy_at_start = [sensor.energy_j() for sensor in self._sensors]
        self._read()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._read()
        self._energy_at_stop = [sensor.energy_j() for sensor in self._sensors]

    def summary(self) -> dict[str, float]:
        """Means, peaks and energy of all readings, by metric name; the unknown is absent."""
        return utilisation_summary(self.readings) | self._energy()

    def _sample(self) -> None:
        while not self._stopped.wait(self._interval_s):
            self._read()

    def _read(self) -> None:
        values: dict[str, float] = {}
        for sensor in self._sensors:
            values |= sensor.read()
        now = time.monotonic() - self._start_s
        reading = Reading(now, time.time_ns() // 1_000_000, values)
        self.readings.append(reading)
        self._report(len(self.readings), reading)

    def _energy(self) -> dict[str, float]:
        """Joules by the sensors' counters, else the integral of the power readings."""
        pairs = zip(self._energy_at_start, self._energy_at_stop, strict=False)
        counted = [stop - start for start, stop in pairs if None not in (start, stop)]  # type: ignore[operator]  # None is ruled out
        total = sum(counted) if counted else integrated_energy_j(self.readings)
        return {} if total is None else {metrics.ENERGY: total}


def utilisation_summary(readings: Sequence[Reading]) -> dict[str, float]:
    """Mean utilisation, memory peak and swap growth of `readings`, by metric name."""
    cpu = mean_over_time(readings, metrics.CPU_UTILIZATION)
    gpu = [m for n in _gpu_names(readings) if (m := mean_over_time(readings, n)) is not None]
    memory = _series(readings, metrics.MEMORY_USED)
    swap = _series(readings, metrics.SWAP_USED)
    values: dict[str, float] = {}
    if cpu is not None:
        values[metrics.CPU_UTILIZATION_MEAN] = cpu
        values[metrics.CPU_IDLE_MEAN] = 100 - cpu
    if gpu:
        values[metrics.GPU_UTILIZATION_MEAN] = fmean(gpu)
    if memory:
        values[metrics.MEMORY_PEAK] = max(memory) * _MIB_PER_MB
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


def integrated_energy_j(readings: Sequence[Reading]) -> float | None:
    """Trapezoidal integral of the GPUs' power, else the CPU's, over time; None without power."""
    names = _names(readings, metrics.GPU_POWER) or [metrics.CPU_POWER]
    total = 0.0
    for name in names:
        points = [(r.time_s, r.values[name]) for r in readings if name in r.values]
        if len(points) < 2:
            return None
        for (t0, p0), (t1, p1) in zip(points, points[1:], strict=False):
            total += (t1 - t0) * (p0 + p1) / 2
    return total


def _series(readings: Sequence[Reading], name: str) -> list[float]:
    return [reading.values[name] for reading in readings if name in reading.values]


def _gpu_names(readings: Sequence[Reading]) -> list[str]:
    return _names(readings, metrics.GPU_UTILIZATION)


def _names(readings: Sequence[Reading], quantity: str) -> list[str]:
    found = {name for reading in readings for name in reading.values}
    return sorted(n for n in found if n.startswith("system/gpu_") and n.endswith(quantity))
