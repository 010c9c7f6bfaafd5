"""A Keras callback that ends `model.fit` once no epoch is to come."""

from collections.abc import Iterator
from typing import Any

import keras


class LastEpoch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no type information
    """Takes a number for each epoch; where there is none, the one before was the last."""

    def __init__(self, numbers: Iterator[int]) -> None:
        super().__init__()
        self._numbers = numbers

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        next(self._numbers)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if next(self._numbers, None) is None:
            self.model.stop_training = True
