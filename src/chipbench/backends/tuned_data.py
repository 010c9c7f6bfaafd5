"""What PyTorch and JAX share of `protocol=tuned`: how images and features become arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np

from chipbench.backends.backend import Task
from chipbench.backends.batches import Batches, buffered_order, in_memory
from chipbench.backends.tuned import Array, Orders, array_orders


def images_of(task: Task, split: str) -> tuple[Array, Array]:
    """A split's images float32 [n, height, width, 3] as the model takes them, and labels."""
    part, number = getattr(task.data, split), getattr(task.data, f"{split}_examples")
    if task.config.dataset.in_memory:
        return in_memory(part, number, task.config)
    batches = Batches(part, task.config)
    images, labels = zip(*(batches[index] for index in range(len(batches))), strict=True)
    return np.concatenate(images), np.concatenate(labels)


def extracted(task: Task, split: str, call: Callable[[Array], Any]) -> tuple[Array, Array]:
    """What `call` makes of a split's batches: features float32 [n, d] and labels int64 [n]."""
    batches = Batches(getattr(task.data, split), task.config)
    features, labels = [], []
    for index in range(len(batches)):
        images, known = batches[index]
        features.append(np.asarray(call(images), "float32"))
        labels.append(known)
    return np.concatenate(features), np.concatenate(labels)


def orders_of(task: Task) -> Orders:
    """The orders of `model.fit`: of arrays, or drawn from a buffer."""
    config, number = task.config, task.data.train_examples
    if config.dataset.in_memory or not config.dataset.shuffle_buffer:
        yield from array_orders(config, number)
    generator = np.random.default_rng(config.seed)
    while True:
        yield buffered_order(number, config.dataset.shuffle_buffer, generator)
