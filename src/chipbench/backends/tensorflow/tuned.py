"""`protocol=tuned`: the same updates as `model.fit`, the fastest way that this machine has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from omegaconf import DictConfig

from chipbench.backends.loop import Take
from chipbench.backends.tensorflow.features import extract, kept, split_model
from chipbench.backends.tensorflow.feed import unshuffled
from chipbench.backends.tensorflow.graph_loop import (
    Examples,
    GraphLoop,
    Orders,
    fastest_slices,
    has_training_batch_norm,
)
from chipbench.backends.tensorflow.reading import arrays, untuned
from chipbench.data import DataSet
from chipbench.ground import tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.files import digest
from chipbench.measure.epochs import Epoch
from chipbench.measure.stopwatch import Stopwatch

_SPLITS = ("train", "validation")


class Tuned:
    """Trains a model epoch by epoch, one graph call each for training and validation."""

    def __init__(
        self,
        build: Callable[[], Any],
        data: DataSet,
        config: DictConfig,
        threads: int,
        on_cpu: bool,
        synchronize: Callable[[], None],
    ) -> None:
        """Choose the slices on a model of its own, then build the one that trains."""
        self._data = data
        self._config = config
        self._synchronize = synchronize
        self.inputs: Mapping[str, Any] | None = None  # they lie on the device
        self.single_rate: float | None = None
        self._examples = self._load() if config.dataset.in_memory else None
        self.slices = self._choose_slices(build, threads, on_cpu)
        self.model = build()
        self._frozen: Any | None = None
        trained = self.model
        parts = split_model(self.model) if config.protocol.features_once else None
        if parts is not None:
            self._frozen, trained = parts
            self._examples = None  # images are of no more use
            trained.optimizer = self.model.optimizer
        elif self._examples is None:
            self._examples = self._load()
        self.trained = trained  # the model, or of a frozen backbone its head
        self._loop = GraphLoop(trained, config.batch_size, self.slices, threads)
        self.features_reused = False

    def train(self, take: Take, _bar: Any) -> None:
        """Train and validate epoch after epoch."""
        for epoch in self.epochs():
            take(epoch)

    def tags(self) -> Mapping[str, object]:
        """The slices that were chosen, and whether the features were there before."""
        reused = "reused" if self.features_reused else None
        return {tags.SLICES: self.slices, tags.FEATURES: reused}

    def epochs(self) -> Iterator[Epoch]:
        """Train; an epoch's two parts are timed, what the caller does with it is not."""
        stopwatch = Stopwatch(self._synchronize)
        orders = _orders(self._config, self._data.train_examples)
        for number in range(1, self._config.epochs + 1):
            order = next(orders)
            stopwatch.start()
            loss, accuracy = self._loop.train(self._part("train"), order)
            training_s = stopwatch.lap()
            val_loss, val_accuracy = self._loop.validate(self._part("validation"))
            validation_s = stopwatch.lap()
            yield Epoch(
                number=number,
                epoch_time_s=training_s,
                validation_time_s=validation_s,
                images=self._data.train_examples,
                loss=loss,
                accuracy=accuracy,
                val_loss=val_loss,
                val_accuracy=val_accuracy,
            )

    def _part(self, split: str) -> Examples:
        """A split's examples; of a frozen backbone the features, computed at the first use."""
        if self._examples is None:
            self._examples = {}
        if split not in self._examples:
            self._examples[split] = _on_device(*self._features(split))
        return self._examples[split]

    def _features(self, split: str) -> tuple[Any, Any]:
        config = self._config

        def compute() -> tuple[Any, Any]:
            return extract(self._frozen, unshuffled(getattr(self._data, split), config))

        if not config.protocol.reuse_features:
            return compute()
        parts = {
            "model": config.model.name,
            "weights": _weights_digest(self._frozen),
            "image_size": config.dataset.image_size,
            "pixel_scale": config.model.pixel_scale,
            "precision": config.precision,
            "data": [self._data.name, self._data.source, split],
            "examples": [self._data.train_examples, self._data.validation_examples],
            "tensorflow": tf.__version__,
        }
        path = cache_folder(self._config.cache_dir) / "features" / f"{digest(parts, 20)}.npz"
        self.features_reused = self.features_reused or path.is_file()
        limit = config.protocol.feature_cache_gb * 1e9
        features: tuple[Any, Any] = kept(path, limit, compute)
        return features

    def _choose_slices(self, build: Callable[[], Any], threads: int, on_cpu: bool) -> int:
        wanted = self._config.protocol.slices
        size = self._config.batch_size
        if wanted != "auto" and size % wanted:
            raise ConfigurationError(f"protocol.slices={wanted}: must divide batch_size={size}")
        if wanted != "auto":
            return int(wanted)
        if not on_cpu or self._examples is None or has_training_batch_norm(build()):
            return 1
        return fastest_slices(build, self._examples["train"], self._config.batch_size, threads)

    def _load(self) -> dict[str, Examples]:
        """Both splits as the model takes them, held on the device."""
        config, data = self._config, self._data
        if not config.dataset.in_memory:
            read = [_all(unshuffled(getattr(data, split), config)) for split in _SPLITS]
            return {s: _on_device(*part) for s, part in zip(_SPLITS, read, strict=True)}
        scale = np.float32(config.model.pixel_scale)
        train = arrays(data.train, data.train_examples)
        validation = arrays(data.validation, data.validation_examples)
        return {
            "train": _on_device(train[0] / scale, train[1]),
            "validation": _on_device(validation[0] / scale, validation[1]),
        }


def _orders(config: DictConfig, number: int) -> Orders:
    """The order of each epoch, as `model.fit` under the article's protocol would take it."""
    buffer = config.dataset.shuffle_buffer
    if buffer == 0:
        while True:
            yield np.arange(number)
    if config.dataset.in_memory:
        generator = np.random.default_rng(config.seed)
        while True:
            yield generator.permutation(number)
    indices = untuned(tf.data.Dataset.range(number).shuffle(buffer, seed=config.seed))
    while True:
        yield np.fromiter(indices.as_numpy_iterator(), np.int64, number)
        iter(indices)  # `model.fit` opens one more between epochs, which draws another order


def _all(batches: tf.data.Dataset) -> tuple[Any, Any]:
    images, labels = zip(*batches.as_numpy_iterator(), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def _on_device(inputs: Any, labels: Any) -> Examples:
    return Examples(tf.constant(inputs), tf.constant(labels, tf.int64))


def _weights_digest(model: Any) -> str:
    import hashlib

    checksum = hashlib.sha256()
    for weight in model.get_weights():
        checksum.update(weight.tobytes())
    return checksum.hexdigest()
