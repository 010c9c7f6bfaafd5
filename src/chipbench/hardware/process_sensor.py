"""The sensor of the benchmark's own processes: their memory."""

import time
from collections.abc import Iterable, Sequence

import psutil

from chipbench.ground import metrics
from chipbench.hardware.answer_or_none import ask

_MEGABYTE = 1e6
#: Looking for children means looking at every process there is, which may take this share of time.
_SEARCHING = 0.005


class ProcessSensor:
    """Reads what this process and all that it started keep in memory, whichever works."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self._children: Sequence[psutil.Process] = ()
        self._next_search_s = 0.0

    def read(self) -> dict[str, float]:
        """The resident memory of all of them; pages that several share count in each."""
        own = ask(self._resident_of_own)
        if not own:
            return {}
        if time.monotonic() >= self._next_search_s:
            self._search()
        return {metrics.PROCESS_MEMORY_USED: (own + sum(_each(self._children))) / _MEGABYTE}

    def _search(self) -> None:
        begin_s = time.monotonic()
        self._children = ask(lambda: self._own.children(recursive=True)) or ()
        end_s = time.monotonic()
        self._next_search_s = end_s + (end_s - begin_s) / _SEARCHING

    def counted_j(self) -> dict[str, float]:
        """Processes count no energy."""
        return {}

    def bases(self) -> dict[str, str]:
        """Processes read no power."""
        return {}

    def _resident_of_own(self) -> int:
        return int(self._own.memory_info().rss)


def _each(processes: Iterable[psutil.Process]) -> Iterable[int]:
    for process in processes:
        try:
            yield int(process.memory_info().rss)
        except psutil.Error:  # it has just ended
            continue
