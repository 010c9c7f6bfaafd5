"""A training's bar: all its epochs, its speed and the time that is left."""

import time

from chipbench.terminal.bar import drawing
from chipbench.terminal.console import console

_REFRESH_S = 0.5  # seldom enough to cost the training nothing that can be seen


class EpochBar:
    """Drawn from the first epoch on, in a terminal alone."""

    def __init__(self, examples: int, name: str, batch_size: int, epochs: int) -> None:
        """`name`: what the examples are, such as images."""
        self.is_drawn = console().is_terminal
        self._examples = examples
        self._name = name
        self._batch_size = batch_size
        self._epochs = epochs
        self._epoch = 0
        self._start_s = self._next_s = 0.0
        self._bar = drawing()
        self._task = self._bar.add_task("", total=examples * epochs, speed="")

    def __enter__(self) -> "EpochBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_drawn:
            self._bar.stop()

    def epoch(self, number: int) -> None:
        """Epoch `number`, of 1…epochs, begins."""
        self._epoch = number
        self._start_s = time.monotonic()
        if self.is_drawn:
            self._bar.start()

    def batch(self, number: int) -> None:
        """Batch `number`, of 0…, of the epoch begins."""
        now_s = time.monotonic()
        if not self.is_drawn or now_s < self._next_s:
            return
        self._next_s = now_s + _REFRESH_S
        seen = number * self._batch_size
        self._bar.update(
            self._task,
            completed=(self._epoch - 1) * self._examples + seen,
            description=f"epoch {self._epoch}/{self._epochs}",
            speed=f"{seen / (now_s - self._start_s):,.0f} {self._name}/s",
            refresh=True,
        )
