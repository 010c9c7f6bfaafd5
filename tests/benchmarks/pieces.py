"""`fit` in pieces: what is timed of an epoch, and a turn for each piece of it."""

import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

import keras
from turns import Turn

STEPS = 25  # of a turn: a shared machine's speed changes within a second


class Pieces(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no type information
    """Times all steps of an epoch, and all that callbacks do at its end; first in their list.

    The clock is around the functions that `fit` calls for each batch: a callback that looked at
    batches would make Keras convert the metrics of each. Not timed is what lies between the last
    batch of one loop and the first of the next, where tf.data's iterators are made and destroyed.
    """

    def __init__(self, turn: Turn, images: int, validation_images: int, batch_size: int) -> None:
        super().__init__()
        self._turn = turn
        self._batch_size = batch_size
        self._steps = math.ceil(images / batch_size)
        self._validation_steps = math.ceil(validation_images / batch_size)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        def report(training_s: float, steps: int, _last: bool) -> None:
            self._turn.end(training_s=training_s, images=steps * self._batch_size)

        step = self.model.train_function
        self.model.train_function = _Loop(step, self._steps, self._turn, report)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        def report(validation_s: float, _steps: int, last: bool) -> None:
            if last:  # what ends the epoch belongs to this turn
                self._validation_s = validation_s
            else:
                self._turn.end(other_s=validation_s)

        step = self.model.test_function
        if not isinstance(step, _Loop):
            loop = _Loop(step, self._validation_steps, self._turn, report)
            self.model.test_function = loop

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._end_s = perf_counter()
        self._val_loss = (logs or {})["val_loss"]

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch > 0:
            other_s = self._validation_s + perf_counter() - self._end_s
            self._turn.end(other_s=other_s, val_loss=self._val_loss)


class _Loop:
    """What `fit` calls for each batch, `STEPS` times a turn.

    `report` gets a turn's seconds and steps, and whether it is the loop's last.
    """

    def __init__(
        self,
        step: Callable[[Any], Any],
        steps: int,
        turn: Turn,
        report: Callable[[float, int, bool], None],
    ) -> None:
        self._step, self._steps, self._done = step, steps, 0
        self._turn, self._report = turn, report

    def __call__(self, *given: Any) -> Any:
        if self._done % STEPS == 0:
            self._turn.begin()
            self._begin_s = perf_counter()
        made = self._step(*given)
        self._done += 1
        last = self._done == self._steps
        if last or self._done % STEPS == 0:
            _wait_for(made)
            steps = (self._done - 1) % STEPS + 1
            self._report(perf_counter() - self._begin_s, steps, last)
        if last:
            self._done = 0
        return made


def _wait_for(made: Any) -> None:
    """JAX computes on after its call has returned; of the others the numbers are there."""
    if keras.backend.backend() == "jax":
        import jax

        jax.block_until_ready(made)
