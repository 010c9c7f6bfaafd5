"""What else uses this machine's processor: other programs, and other guests of its host."""

import resource
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True)
class Load:
    """Use of the processor over some time, all cores being 100 %."""

    others_percent: float  # by programs other than this one and its children
    stolen_percent: float | None  # what a virtual machine's host gave to others; None if unknown


@dataclass(frozen=True)
class Own:
    """Processor time that this program has used: its own, and its children's."""

    self_s: float
    waited_s: float  # of the children that it has waited for, from their beginning to their end
    alive_s: Mapping[tuple[int, float], float]  # of those that run, by number and moment of start

    @classmethod
    def now(cls) -> "Own":
        """Until now."""
        # psutil's `children_user` is always 0 on macOS; the kernel's own account is not.
        own, waited = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        children = psutil.Process().children(recursive=True)
        used = own.ru_utime + own.ru_stime, waited.ru_utime + waited.ru_stime
        return cls(*used, dict(_each_s(children)))

    def since(self, begin: "Own") -> float:
        """Seconds since `begin`, at least; a grandchild that ended has left no account."""
        ended_s = sum(begin.alive_s[child] for child in begin.alive_s.keys() - self.alive_s.keys())
        grown_s = sum(used - begin.alive_s.get(child, 0.0) for child, used in self.alive_s.items())
        waited_s = max(0.0, self.waited_s - begin.waited_s - ended_s)
        return self.self_s - begin.self_s + waited_s + grown_s


class OtherLoad:
    """Watches from the moment it is made."""

    def __init__(self) -> None:
        self._all, self._own = psutil.cpu_times(), Own.now()

    def so_far(self) -> Load | None:
        """The load since the beginning; None if hardly any time has passed."""
        now = psutil.cpu_times()
        total_s = _total_s(now) - _total_s(self._all)
        if total_s < 0.5 * (psutil.cpu_count() or 1):
            return None
        idle_s = _idle_s(now) - _idle_s(self._all)
        stolen_s = getattr(now, "steal", 0.0) - getattr(self._all, "steal", 0.0)
        others_s = total_s - idle_s - stolen_s - Own.now().since(self._own)
        return Load(
            # The clock's ticks can make it slightly negative.
            others_percent=max(0.0, 100 * others_s / total_s),
            stolen_percent=100 * stolen_s / total_s if hasattr(now, "steal") else None,
        )


def load_now(watched_s: float = 1.0) -> Load | None:
    """The load over the next `watched_s`."""
    load = OtherLoad()
    time.sleep(watched_s)
    return load.so_far()


def _each_s(processes: Iterable[psutil.Process]) -> Iterable[tuple[tuple[int, float], float]]:
    for process in processes:
        try:
            times, started = process.cpu_times(), process.create_time()
        except psutil.Error:  # it has just ended
            continue
        yield (process.pid, started), times.user + times.system


def _total_s(times: Any) -> float:
    guest_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # in user, nice too
    return float(sum(times) - guest_s)


def _idle_s(times: Any) -> float:
    return float(times.idle + getattr(times, "iowait", 0.0))
