"""Training over several machines: this worker's part of it."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import tensorflow as tf

from chipbench.backends.backend import Task
from chipbench.backends.feed import Feed
from chipbench.backends.tensorflow.distributed.loop import DistributedLoop
from chipbench.backends.tensorflow.distributed.shares import Part, shares
from chipbench.backends.tensorflow.threads import TensorFlowDevice
from chipbench.backends.training_loop import Take
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.epochs import Epoch
from chipbench.measure.stopwatch import Stopwatch

_RATE_STEPS = 50  # of one replica alone


class MultiWorker:
    """One worker's training; the numbers that it yields are those of all workers together."""

    def __init__(self, task: Task) -> None:
        """Build the model on all workers. Raises ConfigurationError if they differ."""
        config, data, cluster = task.config, task.data, task.cluster
        assert isinstance(task.device, TensorFlowDevice) and cluster is not None
        replicas = task.device.mirrored
        strategy = replicas.strategy
        assert strategy is not None
        self._epochs = config.epochs
        self._sizes = (data.train_examples, data.validation_examples)
        part = Part(cluster.index, cluster.size, replicas.number // cluster.size)
        self._batches = shares(data, config, part)
        self._share = replicas.batch_size(config.batch_size)
        self._build = task.build
        with strategy.scope():
            self.model = self.trained = task.build()
        with _named_partners():
            _agree(strategy, f"{self.model.optimizer.name} {self.model.count_params()}")
        self._loop = DistributedLoop(self.model, strategy, config.batch_size)
        self._distributed = [
            strategy.distribute_datasets_from_function(lambda _, own=own: own)
            for own in self._batches
        ]

        self.feed: Feed | None = None  # each worker's is in `shares`
        self.single_rate: float | None = self._rate_of_one()

    def train(self, take: Take, _bar: Any) -> None:
        """Train and validate epoch after epoch."""
        for epoch in self.epochs():
            take(epoch)

    def tags(self) -> Mapping[str, object]:
        """Nothing is chosen here."""
        return {}

    def _rate_of_one(self) -> float:
        """Images per second of one replica alone: the second of two short trainings."""
        loop = DistributedLoop(self._build(), tf.distribute.get_strategy(), self._share)
        batches = self._batches[0].take(_RATE_STEPS).cache().prefetch(tf.data.AUTOTUNE)
        images = self._share * _RATE_STEPS
        loop.train(batches, images)
        stopwatch = Stopwatch(_read_back)
        stopwatch.start()
        loop.train(batches, images)
        return images / stopwatch.lap()

    def epochs(self) -> Iterator[Epoch]:
        """Train and validate epoch after epoch, each timed."""
        stopwatch = Stopwatch(_read_back)
        (train, validation), (images, validation_images) = self._distributed, self._sizes
        for number in range(1, self._epochs + 1):
            with _named_partners():
                stopwatch.start()
                trained = self._loop.train(train, images)
                training_s = stopwatch.lap()
                validated = self._loop.validate(validation, validation_images)
                validation_s = stopwatch.lap()
            yield Epoch.of(number, (training_s, validation_s), images, trained, validated)


def _read_back() -> None:
    """Nothing: each lap ends with numbers that were read back from the devices.

    `sync_devices` would ask the other workers' devices as well, which TensorFlow refuses.
    """


def _agree(strategy: Any, text: str) -> None:
    """Hold what each worker trains with against the others': an optimizer may have fallen back."""
    own = zlib.crc32(text.encode())
    known = strategy.gather(strategy.run(lambda: tf.constant([own], tf.int64)), axis=0)
    if len(set(known.numpy().tolist())) > 1:
        raise ConfigurationError(
            "the workers train with different optimizers or models, perhaps because optimizer=adam "
            "fell back on one; use optimizer=sgd on all"
        )


@contextmanager
def _named_partners() -> Iterator[None]:
    """TensorFlow's errors about the connection in one line that says what to do."""
    errors = tf.errors
    lost = (errors.UnavailableError, errors.DeadlineExceededError, errors.AbortedError)
    try:
        yield
    except (*lost, errors.InternalError, errors.FailedPreconditionError) as error:
        if not isinstance(error, lost) and "ollective" not in str(error):
            raise
        raise ConnectionError(
            "another worker is gone, or silent for too long; see what it says, and "
            "start all workers again"
        ) from error
