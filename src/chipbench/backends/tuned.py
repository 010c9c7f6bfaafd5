"""`protocol=tuned`: the same updates as `model.fit`, the fastest way that this machine has."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from omegaconf import DictConfig

from chipbench.backends.backend import Task
from chipbench.backends.features import kept_features, split_model
from chipbench.backends.feed import Feed
from chipbench.backends.training_loop import Take
from chipbench.ground import tags
from chipbench.ground.training_extent import Extent
from chipbench.measure.epochs import Epoch
from chipbench.measure.stopwatch import Stopwatch

Array = np.ndarray[Any, Any]
#: The order in which an epoch takes the training examples: int64 [examples].
Orders = Iterator[Array]

_SPLITS = ("train", "validation")
_VALIDATION_BATCH = 500


class Epochs(Protocol):
    """One model's epochs on examples that lie on the device."""

    def train(self, examples: Any, order: Array) -> tuple[float, float]:
        """Train on all examples once; mean loss and accuracy (share of 1) on the way."""

    def validate(self, examples: Any) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""


class Engine(Protocol):
    """What a back end gives to train so."""

    @property
    def chosen(self) -> Mapping[str, object]:
        """What it chose by itself, as tags."""

    def prepare(self, examples: Any | None) -> None:
        """Try out what is fastest here; `examples` of the training, None if not in memory."""

    def epochs(self, model: Any) -> Epochs:
        """The loop of a compiled model."""

    def images(self, split: str) -> tuple[Any, Any]:
        """A split's images float32 [n, height, width, 3] as the model takes them, and labels."""

    def hold(self, inputs: Any, labels: Any) -> Any:
        """Inputs [n, …] and labels [n] on the device."""

    def extract(self, frozen: Any, split: str) -> tuple[Array, Array]:
        """What `frozen` makes of a split: features float32 [n, d] and labels int64 [n]."""

    def orders(self) -> Orders:
        """The order of each epoch, as `model.fit` under the article's protocol would take it."""


class Tuned:
    """Trains a model epoch by epoch, its data on the device, of a frozen backbone its features."""

    def __init__(self, task: Task, engine: Engine) -> None:
        """Try what is fastest on models of their own, then build the one that trains."""
        self._task = task
        self._engine = engine
        self.feed: Feed | None = None  # the data lie on the device
        self.single_rate: float | None = None
        self.features_reused = False
        config = task.config
        self._examples = self._held() if config.dataset.in_memory else {}
        engine.prepare(self._examples.get("train"))
        self.model = self.trained = task.build()
        self._frozen: Any | None = None
        parts = split_model(self.model) if config.protocol.features_once else None
        if parts is not None:
            self._frozen, self.trained = parts
            self._examples = {}  # images are of no more use
            self.trained.optimizer = self.model.optimizer
        elif not self._examples:
            self._examples = self._held()
        self._epochs = engine.epochs(self.trained)

    def train(self, take: Take, _bar: Any) -> None:
        """Train and validate epoch after epoch."""
        for epoch in self.epochs():
            take(epoch)

    def tags(self) -> Mapping[str, object]:
        """What was chosen, and whether the features were there before."""
        reused = "reused" if self.features_reused else None
        return {**self._engine.chosen, tags.FEATURES: reused}

    def epochs(self) -> Iterator[Epoch]:
        """Train; an epoch's two parts are timed, what the caller does with it is not."""
        config, stopwatch = self._task.config, Stopwatch(self._task.device.synchronize)
        orders = self._engine.orders()
        for number in Extent(config.epochs, config.duration_s).numbers():
            order = next(orders)
            stopwatch.start()
            trained = self._epochs.train(self._part("train"), order)
            training_s = stopwatch.lap()
            validated = self._epochs.validate(self._part("validation"))
            validation_s = stopwatch.lap()
            seen = self._task.data.train_examples
            yield Epoch.of(number, (training_s, validation_s), seen, trained, validated)

    def _held(self) -> dict[str, Any]:
        return {split: self._engine.hold(*self._engine.images(split)) for split in _SPLITS}

    def _part(self, split: str) -> Any:
        """A split's examples; of a frozen backbone the features, computed at the first use."""
        if split not in self._examples:
            self._examples[split] = self._engine.hold(*self._features(split))
        return self._examples[split]

    def _features(self, split: str) -> tuple[Array, Array]:
        def compute() -> tuple[Array, Array]:
            return self._engine.extract(self._frozen, split)

        if not self._task.config.protocol.reuse_features:
            return compute()
        features, was_there = kept_features(self._task, self._frozen, split, compute)
        self.features_reused = self.features_reused or was_there
        return features


def answers(labels: Any) -> int:
    """How many answers each example of `labels` [n, …] asks for: one, of a text one a token."""
    return math.prod(labels.shape[1:])


def validation_batch(labels: Any, batch_size: int) -> int:
    """How many examples are validated at once; texts take as much memory each as in training."""
    return _VALIDATION_BATCH if answers(labels) == 1 else batch_size


def array_orders(config: DictConfig, number: int) -> Orders:
    """Those of images in memory: as they come, or each epoch another permutation."""
    if config.dataset.shuffle_buffer == 0:
        while True:
            yield np.arange(number)
    generator = np.random.default_rng(config.seed)
    while True:
        yield generator.permutation(number)
