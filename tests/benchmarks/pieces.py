"""`fit` in pieces: what is timed of an epoch, and a turn for each piece of it."""

import math
from time import perf_counter
from typing import Any

import keras
from turns import TRAINING_PIECES, Turn


class Pieces(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no type information
    """Times all steps of an epoch, and all that callbacks do at its end; first in their list.

    The clock is around the functions that `fit` calls for each batch: a callback that looked at
    batches would make Keras convert the metrics of each. Not timed is what lies between the last
    batch of one loop and the first of the next, where tf.data's iterators are made and destroyed.
    """

    def __init__(self, turn: Turn, images: int, batch_size: int) -> None:
        super().__init__()
        self._turn = turn
        self._images, self._batch_size = images, batch_size
        self._steps = math.ceil(images / batch_size)
        self._begins = {k * self._steps // TRAINING_PIECES for k in range(TRAINING_PIECES)}

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._train = self.model.train_function
        self.model.train_function = self._timed_train
        self._validate = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if epoch > 0:
            other_s = self._validation_s + perf_counter() - self._epoch_end_s
            self._turn.end(other_s=other_s, val_loss=self._val_loss)
        self._step = 0

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._turn.begin()
        if self._validate is None:
            self._validate = self.model.test_function
            self.model.test_function = self._timed_validate
        self._validation_begin_s: float | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch_end_s = perf_counter()
        self._val_loss = (logs or {})["val_loss"]

    def _timed_train(self, iterator: Any) -> Any:
        if self._step in self._begins:
            if self._step > 0:
                self._end_piece()
            self._turn.begin()
            self._begin = self._step, perf_counter()
        logs = self._train(iterator)
        self._step += 1
        if self._step == self._steps:
            self._end_piece()
        return logs

    def _end_piece(self) -> None:
        first, begin_s = self._begin
        images = min(self._step * self._batch_size, self._images) - first * self._batch_size
        self._turn.end(images=images, training_s=perf_counter() - begin_s)

    def _timed_validate(self, iterator: Any) -> Any:
        if self._validation_begin_s is None:
            self._validation_begin_s = perf_counter()
        logs = self._validate(iterator)
        self._validation_s = perf_counter() - self._validation_begin_s
        return logs
