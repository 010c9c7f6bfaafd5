"""How far `model.fit` is, for the bar."""

from typing import Any

import keras

from chipbench.terminal.epoch_bar import EpochBar


class TrainingProgress(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Tells the bar of epochs, and of batches only if it is drawn: that costs each step a call."""

    def __init__(self, bar: EpochBar) -> None:
        super().__init__()
        self._bar = bar
        if bar.is_drawn:
            self.on_train_batch_begin = self._batch

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras counts epochs from 0."""
        self._bar.epoch(epoch + 1)

    def _batch(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._bar.batch(batch)
