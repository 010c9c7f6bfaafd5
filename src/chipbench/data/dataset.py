"""What a loaded data set is to the workloads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class DataSet:
    """Images and labels: each split yields (image uint8 [height, width, 3], label int64 [])."""

    name: str
    source: str  # "tfds", "generated" or "bundled"
    class_names: tuple[str, ...]
    train: "tf.data.Dataset"  # one pass in a fixed order
    validation: "tf.data.Dataset"
    train_examples: int
    validation_examples: int

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)


def arrays(split: "tf.data.Dataset", examples: int) -> tuple[Any, Any]:
    """All images uint8 [examples, height, width, 3] and labels int64 [examples] of a split."""
    images, labels = next(iter(untuned(split.batch(examples))))
    return images.numpy(), labels.numpy()


def untuned(dataset: "tf.data.Dataset") -> "tf.data.Dataset":
    """The same, but no thread of tf.data tunes it.

    Where an iterator is destroyed, it waits for that thread, which can miss the notice (a
    cancellation's callback runs before the cancellation is marked) and sleeps on for 10 s and more.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
