"""The stopwatch: monotonic, and read only after the device has finished its work."""

import time
from collections.abc import Callable


class Stopwatch:
    """Time between readings, in seconds.

    `synchronize` waits for the device, so that queued work is counted where it belongs
    (burn-in, synchronise, clock, work, synchronise, clock).
    """

    def __init__(
        self,
        synchronize: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._synchronize = synchronize
        self._clock = clock
        self._last = clock()

    def start(self) -> None:
        """Begin a new interval now."""
        self._synchronize()
        self._last = self._clock()

    def lap(self) -> float:
        """Seconds since the last reading; the next interval begins here."""
        self._synchronize()
        now = self._clock()
        elapsed, self._last = now - self._last, now
        return elapsed
