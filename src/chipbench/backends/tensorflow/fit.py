"""`model.fit`, as the article trains, on one device or mirrored over several."""

from collections.abc import Callable, Mapping
from typing import Any

from omegaconf import DictConfig

from chipbench.backends.loop import Take
from chipbench.backends.tensorflow.distributed.replicas import Replicas
from chipbench.backends.tensorflow.epoch_timer import EpochTimer
from chipbench.backends.tensorflow.feed import first_batches
from chipbench.backends.tensorflow.progress import TrainingProgress
from chipbench.measure.stopwatch import Stopwatch
from chipbench.terminal.epoch_bar import EpochBar

_RATE_STEPS = 50  # of one replica alone


class Fit:
    """The article's loop: one Python call per step."""

    def __init__(
        self,
        build: Callable[[], Any],
        inputs: tuple[dict[str, Any], Any],
        images: int,
        config: DictConfig,
        replicas: Replicas,
        synchronize: Callable[[], None],
    ) -> None:
        """`inputs` are `fit`'s keywords for training, and its validation data."""
        self.inputs: Mapping[str, Any] | None = inputs[0]
        self._inputs, self._validation = inputs
        self._images = images
        self._epochs = config.epochs
        self._synchronize = synchronize
        self.single_rate: float | None = None
        if replicas.number > 1:
            self.single_rate = self._rate_of_one(build(), replicas.batch_size(config.batch_size))
        with replicas.scope():
            self.model = self.trained = build()

    def train(self, take: Take, bar: EpochBar) -> None:
        """Train all epochs; the callbacks look at no batch unless a terminal shows a bar."""
        timer = EpochTimer(self._synchronize, self._images, take)
        self.model.fit(
            **self._inputs,
            validation_data=self._validation,
            epochs=self._epochs,
            callbacks=[timer, TrainingProgress(bar)],
            verbose=0,
        )

    def tags(self) -> Mapping[str, object]:
        """Nothing is chosen here."""
        return {}

    def _rate_of_one(self, model: Any, share: int) -> float:
        """Images per second of one replica alone: the second of two short trainings."""
        batches = first_batches(self._inputs, share, _RATE_STEPS)
        model.fit(batches, verbose=0, shuffle=False)
        stopwatch = Stopwatch(self._synchronize)
        stopwatch.start()
        model.fit(batches, verbose=0, shuffle=False)
        return share * _RATE_STEPS / stopwatch.lap()
