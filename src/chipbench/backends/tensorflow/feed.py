"""How images reach the model: held in memory, or streamed and decoded every epoch."""

from collections.abc import Mapping
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf
from omegaconf import DictConfig

from chipbench.backends.backend import Task
from chipbench.backends.feed import Feed, as_taken
from chipbench.backends.tensorflow.split_reading import arrays, images_of, untuned
from chipbench.data import DataSet, Split
from chipbench.ground import metrics

if TYPE_CHECKING:
    from chipbench.backends.tensorflow.augmentation import Augment

_RATE_S = 2.0  # how long a pipeline is read to learn its speed
_SLICED_BATCHES = 256


def feed_of(task: Task) -> Feed:
    """What `model.fit` takes: arrays, or batches that are decoded on the way, augmented perhaps."""
    config, data = task.config, task.data
    augment, rates = None, {}
    if task.augmentation is not None:
        from chipbench.backends.tensorflow.augmentation import augmentation

        augment = augmentation(task.augmentation, config.dataset.image_size, config.seed)
        rates = {
            metrics.INPUT_RATE: input_rate(data, config, augment),
            metrics.INPUT_RATE_PLAIN: input_rate(data, config),
        }
    if config.dataset.in_memory and augment is None:
        train, validation = in_memory(data, config)
    else:
        train, validation = streamed(data, config, augment)
    return Feed(train, validation, partial(_wait, task, train), partial(_sample, train), rates)


def _wait(task: Task, train: Mapping[str, Any], model: Any, step_s: float) -> float | None:
    from chipbench.backends.tensorflow.input_wait import input_wait_percent

    if task.config.deterministic:
        return None  # TensorFlow then refuses pipelines that look at the clock
    batches = batches_of(train, task.config.batch_size)
    return input_wait_percent(model, batches, step_s, task.device.synchronize)


def _sample(train: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    if not isinstance(train["x"], tf.data.Dataset):
        images: np.ndarray[Any, Any] = train["x"][: train["batch_size"]]
        return images
    batch, _ = next(iter(train["x"]))
    images = batch.numpy()
    return images


def in_memory(data: DataSet, config: DictConfig) -> tuple[dict[str, Any], Any]:
    """All images as float32 arrays [n, height, width, 3], as the article holds CIFAR-10."""

    def scaled(split: Split, examples: int) -> tuple[Any, Any]:
        images, labels = arrays(split, examples)
        return as_taken(images, config), labels

    images, labels = scaled(data.train, data.train_examples)
    validation = scaled(data.validation, data.validation_examples)
    train = {
        "x": images,
        "y": labels,
        "batch_size": config.batch_size,
        "shuffle": config.dataset.shuffle_buffer > 0,
    }
    return train, validation


def streamed(
    data: DataSet, config: DictConfig, augment: "Augment | None" = None
) -> tuple[dict[str, Any], Any]:
    """Batches of float32 images [batch, size, size, 3]: decoded, resized, shuffled, prefetched.

    `augment` changes the training batches, several at a time on the CPU.
    """
    train = _batches(data.train, config, config.dataset.shuffle_buffer, augment)
    return {"x": train, "shuffle": False}, _batches(data.validation, config)


def _batches(
    split: Split,
    config: DictConfig,
    shuffle_buffer: int = 0,
    augment: "Augment | None" = None,
) -> tf.data.Dataset:
    size, scale = config.dataset.image_size, config.model.pixel_scale

    def resized(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        resized = tf.image.resize(image, (size, size))
        return resized / scale if augment is None else resized, label

    def augmented(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return images if augment is None else augment(images) / scale, labels

    decoded = images_of(split)
    images = decoded.map(resized, tf.data.AUTOTUNE, deterministic=True)
    batches = images.cache() if _fits(decoded, config) else images
    if shuffle_buffer > 0:
        batches = batches.shuffle(shuffle_buffer, seed=config.seed)
    batches = batches.batch(config.batch_size)
    if augment is not None:
        batches = batches.map(augmented, tf.data.AUTOTUNE)
    ahead = config.protocol.prefetch
    return batches.prefetch(tf.data.AUTOTUNE if ahead == "auto" else ahead)


def _fits(split: tf.data.Dataset, config: DictConfig) -> bool:
    """Whether the split's images, resized, take no more than `protocol.cache_gb`."""
    size_bytes = 4 * 3 * config.dataset.image_size**2 * int(split.cardinality())
    return bool(0 < size_bytes <= config.protocol.cache_gb * 1e9)


def unshuffled(split: Split, config: DictConfig) -> tf.data.Dataset:
    """Batches of a split in its own order."""
    return untuned(_batches(split, config))


def input_rate(data: DataSet, config: DictConfig, augment: "Augment | None" = None) -> float:
    """Training images per second that the pipeline gives alone, once it has started.

    Without the shuffling, whose buffer would hand out what was read before.
    """
    reader = iter(_batches(data.train, config, augment=augment).repeat())
    next(reader)
    begin = perf_counter()
    images = 0
    while perf_counter() - begin < _RATE_S:
        batch, _ = next(reader)
        images += int(batch.shape[0])
    return images / (perf_counter() - begin)


def first_batches(train: dict[str, Any], batch_size: int, number: int) -> tf.data.Dataset:
    """`number` batches of `batch_size` of what `fit` would train on, held in memory."""
    if isinstance(train["x"], tf.data.Dataset):
        single = train["x"].unbatch()
    else:
        images = train["x"][: batch_size * number], train["y"][: batch_size * number]
        single = tf.data.Dataset.from_tensor_slices(images)
    return single.repeat().batch(batch_size).take(number).cache().prefetch(tf.data.AUTOTUNE)


def batches_of(train: Mapping[str, Any], batch_size: int) -> tf.data.Dataset:
    """What `fit` trains on as a data set; of arrays the first batches, as `fit` slices them."""
    if isinstance(train["x"], tf.data.Dataset):
        return train["x"]
    number = min(_SLICED_BATCHES, len(train["x"]) // batch_size)
    images, labels = (
        array[: number * batch_size].reshape(number, batch_size, *array.shape[1:])
        for array in (train["x"], train["y"])
    )
    return tf.data.Dataset.from_tensor_slices((images, labels)).prefetch(tf.data.AUTOTUNE)
