"""One worker's share of every batch: the workers' shares of a step together are that batch."""

from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf
from omegaconf import DictConfig

from chipbench.backends.tensorflow.feed import in_memory, streamed
from chipbench.data import DataSet

#: The label of an image that only fills a batch up: it counts for nothing.
FILLING = -1


@dataclass(frozen=True)
class Part:
    """Which share: worker `worker` of `workers`, with `replicas` replicas of its own."""

    worker: int
    workers: int
    replicas: int

    def of(self, examples: int) -> int:
        """How many of so many examples fall to this worker, which takes every `workers`-th."""
        return len(range(self.worker, examples, self.workers))


def steps_of(examples: int, batch_size: int) -> int:
    """Batches in one pass, the last of them smaller perhaps."""
    return -(-examples // batch_size)


def shares(data: DataSet, config: DictConfig, part: Part) -> tuple[tf.data.Dataset, ...]:
    """Training and validation batches of one replica: images and labels [share, …], endless.

    A pass has as many on every worker, whatever its share of the last images: fewer would leave
    the others waiting.
    """
    size = config.batch_size // (part.workers * part.replicas)
    sizes = (data.train_examples, data.validation_examples)
    splits = (data.train, data.validation)
    train, validation = (split.shard(part.workers, part.worker) for split in splits)
    own = replace(
        data,
        train=train,
        validation=validation,
        train_examples=part.of(sizes[0]),
        validation_examples=part.of(sizes[1]),
    )
    feed = in_memory if config.dataset.in_memory else streamed
    own_config = config.copy()
    own_config.batch_size = size
    fed, validation = feed(own, own_config)
    if config.dataset.in_memory:
        order = config.seed if fed["shuffle"] else None
        batches = (_sliced((fed["x"], fed["y"]), size, order), _sliced(validation, size, None))
    else:
        batches = (fed["x"], validation)
    numbers = (part.replicas * steps_of(examples, config.batch_size) for examples in sizes)
    return tuple(_filled(b, size, n).repeat() for b, n in zip(batches, numbers, strict=True))


def _sliced(arrays: tuple[Any, Any], size: int, seed: int | None) -> tf.data.Dataset:
    examples = tf.data.Dataset.from_tensor_slices(arrays)
    if seed is not None:
        examples = examples.shuffle(len(arrays[1]), seed=seed)
    return examples.batch(size).prefetch(tf.data.AUTOTUNE)


def _filled(batches: tf.data.Dataset, size: int, number: int) -> tf.data.Dataset:
    """`number` batches of exactly `size`."""

    def fill(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        known = tf.shape(labels)[0]
        places = tf.range(size)
        filled = tf.where(places < known, tf.gather(labels, places % known), FILLING)
        whole = tf.cond(
            tf.equal(known, size), lambda: images, lambda: tf.gather(images, places % known)
        )
        return tf.ensure_shape(whole, [size, *images.shape[1:]]), filled

    def blank(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return images, tf.fill([size], tf.constant(FILLING, labels.dtype))

    batches = batches.map(fill)
    blanks = batches.take(1).map(blank).repeat()
    return batches.concatenate(blanks).take(number).prefetch(tf.data.AUTOTUNE)
