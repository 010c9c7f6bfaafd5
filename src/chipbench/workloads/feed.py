"""How images reach the model: held in memory, or streamed and decoded every epoch."""

from typing import Any

import numpy as np
import tensorflow as tf
from omegaconf import DictConfig

from chipbench.data import DataSet, arrays


def in_memory(data: DataSet, config: DictConfig) -> tuple[dict[str, Any], Any]:
    """All images as float32 arrays [n, height, width, 3], as the article holds CIFAR-10."""

    def scaled(split: tf.data.Dataset, examples: int) -> tuple[Any, Any]:
        images, labels = arrays(split, examples)
        return images / np.float32(config.model.pixel_scale), labels

    images, labels = scaled(data.train, data.train_examples)
    validation = scaled(data.validation, data.validation_examples)
    train = {
        "x": images,
        "y": labels,
        "batch_size": config.batch_size,
        "shuffle": config.dataset.shuffle_buffer > 0,
    }
    return train, validation


def streamed(data: DataSet, config: DictConfig) -> tuple[dict[str, Any], Any]:
    """Batches of float32 images [batch, size, size, 3]: decoded, resized, shuffled, prefetched."""
    size = config.dataset.image_size

    def resized(image: tf.Tensor, label: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.image.resize(image, (size, size)) / config.model.pixel_scale, label

    def batches(split: tf.data.Dataset) -> tf.data.Dataset:
        return split.batch(config.batch_size).prefetch(tf.data.AUTOTUNE)

    def mapped(split: tf.data.Dataset) -> tf.data.Dataset:
        return split.map(resized, tf.data.AUTOTUNE, deterministic=True)

    train = mapped(data.train)
    if config.dataset.shuffle_buffer > 0:
        train = train.shuffle(config.dataset.shuffle_buffer, seed=config.seed)
    return {"x": batches(train), "shuffle": False}, batches(mapped(data.validation))
