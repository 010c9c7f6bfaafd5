"""What a loaded data set is to the back ends, which read it each in its own way."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Arrays:
    """A split held in memory: inputs [n, …] and labels int64 [n, …].

    Images are uint8 [n, height, width, 3], sequences of tokens int32 [n, length]; a text's labels
    are the tokens that follow, int64 [n, length].
    """

    inputs: Array
    labels: Array

    def shard(self, number: int, index: int) -> "Arrays":
        """Every `number`-th example from `index` on."""
        return Arrays(self.inputs[index::number], self.labels[index::number])


@dataclass(frozen=True)
class Records:
    """A split as TFDS stores it, encoded images with labels, in a fixed order."""

    builder: Any  # a prepared TFDS builder
    split: str  # in TFDS's words, such as "train[:100]"
    shards: int = 1
    shard_index: int = 0

    def shard(self, number: int, index: int) -> "Records":
        """Every `number`-th example from `index` on, of a split that is whole."""
        return replace(self, shards=number, shard_index=index)


Split = Arrays | Records


@dataclass(frozen=True)
class DataSet:
    """Labelled examples in two splits."""

    name: str
    source: str  # "tfds", "generated", "bundled" …
    class_names: tuple[str, ...]
    train: Split
    validation: Split
    train_examples: int
    validation_examples: int
    best_accuracy: float | None = None  # of all its images, where it is known and comes near
    least_loss: float | None = None  # that any model can reach, where it is known
    checksum: str | None = None  # of the first and the last records, where it was read from a disk

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)
