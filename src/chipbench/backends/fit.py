"""`model.fit`, as the article trains, on any back end."""

from collections.abc import Mapping
from typing import Any

from chipbench.backends.backend import Task
from chipbench.backends.epoch_timer import EpochTimer
from chipbench.backends.feed import Feed
from chipbench.backends.fit_progress import TrainingProgress
from chipbench.backends.stop_callback import LastEpoch
from chipbench.backends.training_loop import Take
from chipbench.ground.training_extent import Extent
from chipbench.terminal.epoch_bar import EpochBar


class Fit:
    """The article's loop: one Python call per step."""

    def __init__(
        self, task: Task, model: Any, feed: Feed, single_rate: float | None = None
    ) -> None:
        """`single_rate`: examples per second of one replica alone, where there are several."""
        self.model = self.trained = model
        self.feed: Feed | None = feed
        self.single_rate = single_rate
        self._feed = feed
        self._task = task

    def train(self, take: Take, bar: EpochBar) -> None:
        """Train all epochs; the callbacks look at no batch unless a terminal shows a bar."""
        config, number = self._task.config, self._task.data.train_examples
        timer = EpochTimer(self._task.device.synchronize, number, take)
        extent = Extent(config.epochs, config.duration_s)
        if config.protocol.untimed_epochs:
            self.model.fit(**self._feed.train, epochs=config.protocol.untimed_epochs, verbose=0)
        self.model.fit(
            **self._feed.train,
            validation_data=self._feed.validation if config.protocol.validate else None,
            epochs=extent.most,
            callbacks=[timer, TrainingProgress(bar), LastEpoch(extent.numbers())],
            verbose=0,
        )

    def tags(self) -> Mapping[str, object]:
        """Nothing is chosen here."""
        return {}
