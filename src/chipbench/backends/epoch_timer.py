"""A Keras callback that times each epoch, training and validation apart."""

import math
from collections.abc import Callable
from typing import Any

import keras

from chipbench.measure.epochs import Epoch
from chipbench.measure.stopwatch import Stopwatch


class EpochTimer(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no type information
    """Hands every finished epoch to `take`; what `take` does is not timed.

    It looks at no batch: a callback that does makes Keras convert every batch's metrics. Of an
    epoch that is not validated, the validation's time is 0, and its loss and accuracy are NaN.
    """

    def __init__(
        self, synchronize: Callable[[], None], examples: int, take: Callable[[Epoch], None]
    ) -> None:
        super().__init__()
        self._stopwatch = Stopwatch(synchronize)
        self._examples = examples
        self._take = take
        self._training_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._stopwatch.start()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._training_s = self._stopwatch.lap()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        rest_s = self._stopwatch.lap()
        values = logs or {}
        trained = float(values["loss"]), float(values["accuracy"])
        if "val_loss" in values:
            validated = float(values["val_loss"]), float(values["val_accuracy"])
            times_s = (self._training_s, rest_s)
        else:
            validated, times_s = (math.nan, math.nan), (rest_s, 0.0)
        self._take(Epoch.of(epoch + 1, times_s, self._examples, trained, validated))
