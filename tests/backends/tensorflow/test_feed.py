"""How images reach the model: what is kept in memory, and what is computed anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from omegaconf import DictConfig

from chipbench.backends.tensorflow.feed import batches_of, streamed
from chipbench.data import DataSet, Records

Compose = Callable[..., DictConfig]
IMAGES = 20


@dataclass(frozen=True)
class Builder:
    """What of a TFDS builder reads a split."""

    examples: tf.data.Dataset

    def as_dataset(self, **_: Any) -> tf.data.Dataset:
        return self.examples


@pytest.fixture
def counted() -> tuple[DataSet, list[int]]:
    """A data set of 20 images that notes each time that one is decoded."""
    decoded: list[int] = []

    def decode(number: Any) -> Any:
        decoded.append(int(number))
        return np.full((8, 8, 3), number, np.uint8)

    def element(number: tf.Tensor) -> dict[str, tf.Tensor]:
        image = tf.numpy_function(decode, [number], tf.uint8)
        return {"image": tf.ensure_shape(image, [8, 8, 3]), "label": number % 2}

    split = Records(Builder(tf.data.Dataset.range(IMAGES).map(element)), "train")
    return DataSet("d", "generated", ("a", "b"), split, split, IMAGES, IMAGES), decoded


@pytest.mark.parametrize(("cache_gb", "times"), [(0, 2), (1, 1), (1e-9, 2)])
def test_images_are_decoded_once_where_they_fit(
    cache_gb: float, times: int, compose: Compose, counted: tuple[DataSet, list[int]]
) -> None:
    data, decoded = counted
    config = compose(
        f"protocol.cache_gb={cache_gb}", "batch_size=8", "dataset=food101", "protocol.prefetch=2"
    )
    train, _ = streamed(data, config)
    epochs = [[images.numpy().mean() for images, _ in train["x"]] for _ in range(2)]
    assert len(epochs[0]) == 3, "the last batch is a part"
    assert len(decoded) == times * IMAGES


def test_arrays_are_sliced_into_whole_batches() -> None:
    images, labels = np.arange(20.0, dtype=np.float32)[:, None], np.arange(20)
    batches = list(batches_of({"x": images, "y": labels}, 8).as_numpy_iterator())
    assert [known.tolist() for _, known in batches] == [list(range(8)), list(range(8, 16))]
    assert batches[1][0].shape == (8, 1)
