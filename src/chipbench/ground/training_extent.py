"""How long a training is: so many epochs, or so many seconds and on to the end of an epoch."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

#: With fewer there is none after the first, which compiles and warms up, and so no speed.
_FEWEST = 2


@dataclass(frozen=True)
class Extent:
    """What ends a training: the number of its epochs, or its time where one is given."""

    epochs: int
    duration_s: float | None = None

    @property
    def most(self) -> int:
        """More epochs than these there are not."""
        return self.epochs if self.duration_s is None else sys.maxsize

    def numbers(self, clock: Callable[[], float] = time.monotonic) -> Iterator[int]:
        """The epochs' numbers, from 1. The clock begins with the first, and is read after each."""
        if self.duration_s is None:
            yield from range(1, self.epochs + 1)
            return
        begin_s = clock()
        for number in count(1):
            yield number
            if number >= _FEWEST and clock() - begin_s >= self.duration_s:
                return

    def place(self, number: int) -> str:
        """Which epoch this is, of how many where that is known."""
        return f"{number}/{self.epochs}" if self.duration_s is None else str(number)

    def left_s(self, number: int, epoch_s: float, passed_s: float) -> float:
        """What is left after epoch `number`: it took `epoch_s`, and `passed_s` went by in all."""
        if self.duration_s is None:
            return epoch_s * (self.epochs - number)
        return max(0.0, self.duration_s - passed_s)

    def of(self, examples: str) -> str:
        """ "10 x 50,000 images", or the time, with `examples` being such as "50,000 images"."""
        if self.duration_s is None:
            return f"{self.epochs} x {examples}"
        return f"for {self.duration_s:,g} s, {examples} an epoch"
