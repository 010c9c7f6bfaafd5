"""The sensor that every operating system has: CPU, memory, swap, disk and network."""

import os
from typing import NamedTuple

import psutil

from chipbench.ground import metrics
from chipbench.hardware.answer_or_none import ask

_MEGABYTE = 1e6
#: Of a shorter interval the kernel's clock ticks say too little.
_SHORTEST_INTERVAL_S = 0.05
_CPU_CHIPS = ("coretemp", "k10temp", "cpu_thermal", "zenpower")


class _CpuTimes(NamedTuple):
    total_s: float
    idle_s: float


class HostSensor:
    """Reads through psutil; disk and network count from the moment the sensor is made."""

    def __init__(self) -> None:
        self._cpu = ask(_cpu_times)
        self._network = ask(psutil.net_io_counters)
        self._disk = ask(psutil.disk_io_counters)

    def read(self) -> dict[str, float]:
        """The quantities now, by metric name; the unreadable is absent."""
        parts = (self._cpu_use, _memory, _swap, _disk_space, self._traffic, _temperature)
        values: dict[str, float] = {}
        for part in parts:
            values |= ask(part) or {}
        return values

    def counted_j(self) -> dict[str, float]:
        """The host counts no energy."""
        return {}

    def bases(self) -> dict[str, str]:
        """The host reads no power."""
        return {}

    def _cpu_use(self) -> dict[str, float]:
        """Use since the last reading, whichever thread took it.

        psutil.cpu_percent keeps a baseline for each thread and gives 0 for a thread's first call.
        """
        now, before = _cpu_times(), self._cpu
        total_s = 0.0 if before is None else now.total_s - before.total_s
        if before is None or total_s < 0:  # a container's figures may begin anew
            self._cpu = now
            return {}
        if total_s < _SHORTEST_INTERVAL_S * (psutil.cpu_count() or 1):
            return {}
        idle = (now.idle_s - before.idle_s) / total_s
        self._cpu = now
        # Linux lets the time spent waiting for a disk run backwards.
        return {metrics.CPU_UTILIZATION: 100 * min(max(1 - idle, 0.0), 1.0)}

    def _traffic(self) -> dict[str, float]:
        values: dict[str, float] = {}
        network, disk = ask(psutil.net_io_counters), ask(psutil.disk_io_counters)
        if network is not None and self._network is not None:
            received = network.bytes_recv - self._network.bytes_recv
            sent = network.bytes_sent - self._network.bytes_sent
            values[metrics.NETWORK_RECEIVE] = received / _MEGABYTE
            values[metrics.NETWORK_TRANSMIT] = sent / _MEGABYTE
        if disk is not None and self._disk is not None:
            read = disk.read_bytes - self._disk.read_bytes
            written = disk.write_bytes - self._disk.write_bytes
            values[metrics.DISK_READ] = read / _MEGABYTE
            values[metrics.DISK_WRITE] = written / _MEGABYTE
        return {name: value for name, value in values.items() if value >= 0}


def _cpu_times() -> _CpuTimes:
    """Seconds of all cores since the system started."""
    times = psutil.cpu_times()
    guest_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # in user, nice too
    return _CpuTimes(sum(times) - guest_s, times.idle + getattr(times, "iowait", 0.0))


def _memory() -> dict[str, float]:
    memory = psutil.virtual_memory()
    if not 0 < memory.used <= memory.total:  # the figures of a container that contradict its host's
        return {}
    return {
        metrics.MEMORY_USED: memory.used / _MEGABYTE,
        metrics.MEMORY_USED_PERCENT: memory.percent,
    }


def _swap() -> dict[str, float]:
    swap = ask(psutil.swap_memory)
    return {} if swap is None else {metrics.SWAP_USED: swap.used / _MEGABYTE}


def _disk_space() -> dict[str, float]:
    disk = ask(lambda: psutil.disk_usage(os.sep))
    if disk is None:
        return {}
    return {
        metrics.DISK_USED: disk.used / _MEGABYTE,
        metrics.DISK_USED_PERCENT: disk.percent,
        metrics.DISK_AVAILABLE: disk.free / _MEGABYTE,
    }


def _temperature() -> dict[str, float]:
    """The hottest CPU sensor, where Linux shows one."""
    if not hasattr(psutil, "sensors_temperatures"):
        return {}
    chips = ask(psutil.sensors_temperatures) or {}
    found = [entry.current for chip in _CPU_CHIPS for entry in chips.get(chip, [])]
    known = [celsius for celsius in found if celsius]
    return {metrics.CPU_TEMPERATURE: max(known)} if known else {}
