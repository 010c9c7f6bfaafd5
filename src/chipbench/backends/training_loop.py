"""What every way of training is to the training workload."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from chipbench.backends.feed import Feed
from chipbench.measure.epochs import Epoch
from chipbench.terminal.epoch_bar import EpochBar

#: Takes a finished epoch; what it does is not timed.
Take = Callable[[Epoch], None]


class Loop(Protocol):
    """Trains a model for the configured epochs: `Fit`, `Tuned` or `MultiWorker`."""

    model: Any
    """The whole Keras model."""

    trained: Any
    """What each epoch computes: the model, or of a frozen backbone its head."""

    feed: Feed | None
    """What `model.fit` trains on; None if the data lie on the device itself."""

    single_rate: float | None
    """Examples per second of one replica alone; None with one."""

    def train(self, take: Take, bar: EpochBar) -> None:
        """Train all epochs, each validated and timed."""

    def tags(self) -> Mapping[str, object]:
        """What this way of training chose by itself."""
