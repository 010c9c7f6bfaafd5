"""What else uses this machine's processor: other programs, and other guests of its host."""

import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True)
class Load:
    """Use of the processor over some time, all cores being 100 %."""

    others_percent: float  # by programs other than this one and its children
    stolen_percent: float | None  # what a virtual machine's host gave to others; None if unknown


class OtherLoad:
    """Watches from the moment it is made."""

    def __init__(self) -> None:
        self._all, self._own_s = psutil.cpu_times(), _own_s()

    def so_far(self) -> Load | None:
        """The load since the beginning; None if hardly any time has passed."""
        now = psutil.cpu_times()
        total_s = _total_s(now) - _total_s(self._all)
        if total_s < 0.5 * (psutil.cpu_count() or 1):
            return None
        idle_s = _idle_s(now) - _idle_s(self._all)
        stolen_s = getattr(now, "steal", 0.0) - getattr(self._all, "steal", 0.0)
        others_s = total_s - idle_s - stolen_s - (_own_s() - self._own_s)
        return Load(
            # A child that ended unseen, and the clock's ticks, can make it slightly negative.
            others_percent=max(0.0, 100 * others_s / total_s),
            stolen_percent=100 * stolen_s / total_s if hasattr(now, "steal") else None,
        )


def load_now(watched_s: float = 1.0) -> Load | None:
    """The load over the next `watched_s`."""
    load = OtherLoad()
    time.sleep(watched_s)
    return load.so_far()


def _own_s() -> float:
    """Processor time of this process, of its children, and of those that it has waited for."""
    # psutil's `children_user` is always 0 on macOS; the kernel's own account is not.
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    children = psutil.Process().children(recursive=True)
    return sum(each.ru_utime + each.ru_stime for each in used) + sum(_each_s(children))


def _each_s(processes: Iterable[psutil.Process]) -> Iterable[float]:
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        yield times.user + times.system


def _total_s(times: Any) -> float:
    guest_s = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)  # in user, nice too
    return float(sum(times) - guest_s)


def _idle_s(times: Any) -> float:
    return float(times.idle + getattr(times, "iowait", 0.0))
