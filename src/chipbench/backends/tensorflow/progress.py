"""How far a training is: a bar in a terminal, a line per epoch anywhere."""

import time
from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from chipbench.ground import metrics
from chipbench.ground.metrics import metric
from chipbench.measure.epochs import Epoch

_REFRESH_S = 0.5  # seldom enough to cost the training nothing that can be seen


class TrainingProgress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Shows images/s and the time left. Only a terminal gets the bar, which looks at each step."""

    def __init__(self, console: Console, images: int, batch_size: int, epochs: int) -> None:
        super().__init__()
        self._console = console
        self._images = images
        self._batch_size = batch_size
        self._epochs = epochs
        self._next_s = 0.0
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
        self._task = self._bar.add_task("", total=images * epochs, speed="")
        if console.is_terminal:
            self.on_train_batch_begin = self._step

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if self._console.is_terminal:
            self._bar.start()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch
        self._start_s = time.monotonic()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away, also after a failure."""
        if self._console.is_terminal:
            self._bar.stop()

    def finished(self, epoch: Epoch) -> None:
        """Say what an epoch gave."""
        left_s = epoch.total_time_s * (self._epochs - epoch.number)
        shown = (metrics.IMAGES_PER_SECOND, metrics.LOSS, metrics.VAL_ACCURACY)
        values = epoch.values()
        parts = [
            f"{'' if metric(name).unit else name} {metric(name).format(values[name])}".strip()
            for name in shown
            if name in values
        ]
        self._console.print(
            f"epoch {epoch.number}/{self._epochs}: {epoch.epoch_time_s:.2f} s "
            f"+ {epoch.validation_time_s:.2f} s validation, {', '.join(parts)}"
            + (f", about {left_s:.0f} s left" if left_s else ""),
            highlight=False,
            soft_wrap=True,
        )

    def _step(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + _REFRESH_S
        seen = batch * self._batch_size
        speed = seen / (now_s - self._start_s)
        self._bar.update(
            self._task,
            completed=self._epoch * self._images + seen,
            description=f"epoch {self._epoch + 1}/{self._epochs}",
            speed=f"{speed:,.0f} images/s",
            refresh=True,
        )
