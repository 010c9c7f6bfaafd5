"""A training's bar: all its epochs or its time, its speed and the time that is left."""

import time

from chipbench.ground.training_extent import Extent
from chipbench.terminal.console import console
from chipbench.terminal.progress_bar import drawing

_REFRESH_S = 0.5  # seldom enough to cost the training nothing that can be seen


class EpochBar:
    """Drawn from the first epoch on, in a terminal alone."""

    def __init__(self, examples: int, name: str, batch_size: int, extent: Extent) -> None:
        """`name`: what the examples are, such as images."""
        self.is_drawn = console().is_terminal
        self._examples = examples
        self._name = name
        self._batch_size = batch_size
        self._extent = extent
        self._epoch = 0
        self._begin_s = self._start_s = self._next_s = 0.0
        self._bar = drawing()
        total = extent.duration_s or examples * extent.epochs
        self._task = self._bar.add_task("", total=total, speed="")

    def __enter__(self) -> "EpochBar":
        return self

    def __exit__(self, *_: object) -> None:
        if self.is_drawn:
            self._bar.stop()

    def epoch(self, number: int) -> None:
        """Epoch `number`, from 1, begins."""
        self._epoch = number
        self._start_s = time.monotonic()
        self._begin_s = self._begin_s or self._start_s
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
            completed=self._done(seen, now_s),
            description=f"epoch {self._extent.place(self._epoch)}",
            speed=f"{seen / (now_s - self._start_s):,.0f} {self._name}/s",
            refresh=True,
        )

    def _done(self, seen: int, now_s: float) -> float:
        """Seconds, or examples with `seen` of this epoch: whichever ends the training."""
        if self._extent.duration_s is not None:
            return now_s - self._begin_s
        return (self._epoch - 1) * self._examples + seen
