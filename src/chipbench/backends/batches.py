"""Batches of images for `model.fit`, where TensorFlow's tf.data is not: Keras' own data sets.

Images are decoded by Pillow and resized as `tf.image.resize` does, in threads ahead of the
training: both let go of Python's lock while they work.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import keras
import numpy as np
from omegaconf import DictConfig

from chipbench.backends.backend import Task
from chipbench.backends.feed import Feed, as_taken
from chipbench.backends.input_wait import wait_percent
from chipbench.data import Split
from chipbench.data.decoding import Images, arrays
from chipbench.data.resizing import resize

Array = np.ndarray[Any, Any]
_AHEAD = 10  # batches, unless the protocol says how many


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras has no type information
    """Batches of a split: images float32 [batch, size, size, 3] as the model takes them, labels."""

    def __init__(self, split: Split, config: DictConfig, shuffle_buffer: int = 0) -> None:
        # Of Keras' own workers the first epoch under PyTorch loses the first batch (3.15): it is
        # taken to look at, and they do not begin again.
        super().__init__(workers=1)
        ahead = config.protocol.prefetch
        self._ahead = _AHEAD if ahead == "auto" else ahead
        self._threads = ThreadPoolExecutor(os.cpu_count())
        self._coming: dict[int, Future[tuple[Array, Array]]] = {}
        self._config = config
        self._images = Images(split)
        self._size = config.dataset.image_size
        self._scale = np.float32(config.model.pixel_scale)
        self._batch_size = config.batch_size
        self._buffer = shuffle_buffer
        self._generator = np.random.default_rng(config.seed)
        self._order = self._next_order()
        bytes_of_all = 4 * 3 * self._size**2 * len(self._images)
        self._kept: dict[int, tuple[Array, int]] | None = None
        if bytes_of_all <= config.protocol.cache_gb * 1e9:
            self._kept = {}

    def __len__(self) -> int:
        batches: int = -(-len(self._images) // self._batch_size)
        return batches

    def __getitem__(self, index: int) -> tuple[Array, Array]:
        for number in range(index, min(index + self._ahead, len(self))):
            if number not in self._coming:
                self._coming[number] = self._threads.submit(self._batch, number)
        return self._coming.pop(index).result()

    def _batch(self, index: int) -> tuple[Array, Array]:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        images, labels = zip(*(self._one(int(row)) for row in rows), strict=True)
        return np.stack(images), np.array(labels, _label_type(self._config))

    def on_epoch_end(self) -> None:
        """Another order for the next pass."""
        for batch in self._coming.values():
            batch.cancel()
        self._coming = {}
        self._order = self._next_order()

    def _one(self, row: int) -> tuple[Array, int]:
        if self._kept is not None and row in self._kept:
            return self._kept[row]
        image, label = self._images[row]
        made = resize(image[None], self._size, self._size)[0] / self._scale, label
        if self._kept is not None:
            self._kept[row] = made
        return made

    def _next_order(self) -> Array:
        return buffered_order(len(self._images), self._buffer, self._generator)


def buffered_order(number: int, buffer: int, generator: np.random.Generator) -> Array:
    """An order as tf.data's shuffling draws it: each next one out of a buffer, which is filled up.

    Of the same distribution, not of the same numbers. Without a buffer as they come.
    """
    if not buffer:
        return np.arange(number)
    waiting = list(range(min(buffer, number)))
    order = np.empty(number, np.int64)
    for place in range(number):
        chosen = int(generator.integers(len(waiting)))
        order[place] = waiting[chosen]
        following = buffer + place
        if following < number:
            waiting[chosen] = following
        else:
            waiting[chosen] = waiting[-1]
            waiting.pop()
    return order


def feed_of(task: Task) -> Feed:
    """What `model.fit` takes: arrays in memory, or batches that are decoded on the way."""
    config, data = task.config, task.data
    if config.dataset.in_memory:
        images, labels = in_memory(data.train, data.train_examples, config)
        train = {
            "x": images,
            "y": labels,
            "batch_size": config.batch_size,
            "shuffle": config.dataset.shuffle_buffer > 0,
        }
        validation: Any = in_memory(data.validation, data.validation_examples, config)
        return Feed(
            train,
            validation,
            partial(wait_percent, partial(_sliced, images, labels, config.batch_size), task),
            lambda: images[: config.batch_size],
        )
    batches = Batches(data.train, config, config.dataset.shuffle_buffer)
    return Feed(
        {"x": batches, "shuffle": False},
        Batches(data.validation, config),
        partial(wait_percent, partial(_in_order, batches), task),
        lambda: batches[0][0],
    )


def in_memory(split: Split, examples: int, config: DictConfig) -> tuple[Array, Array]:
    """All images as float32 [n, height, width, 3] as the model takes them, and labels [n]."""
    images, labels = arrays(split, examples)
    return as_taken(images, config), labels.astype(_label_type(config))


def _label_type(config: DictConfig) -> str:
    """JAX has no integers of 64 bits unless it is told to, and says so at each of them."""
    return "int32" if config.backend.name == "jax" else "int64"


def _sliced(images: Array, labels: Array, size: int) -> Iterator[tuple[Array, Array]]:
    for start in range(0, len(labels) - size + 1, size):
        yield images[start : start + size], labels[start : start + size]


def _in_order(batches: Batches) -> Iterator[tuple[Array, Array]]:
    return (batches[index] for index in range(len(batches)))
