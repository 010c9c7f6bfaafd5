"""A split of a data set as tf.data reads it."""

from typing import Any

import tensorflow as tf
import tensorflow_datasets as tfds

from chipbench.data import Arrays, Split


def images_of(split: Split) -> tf.data.Dataset:
    """(image uint8 [height, width, 3], label int64 []) one by one: a pass in a fixed order."""
    if isinstance(split, Arrays):
        return tf.data.Dataset.from_tensor_slices((split.inputs, split.labels))
    data = split.builder.as_dataset(
        split=split.split,
        shuffle_files=False,
        # What is cached is the protocol's choice, not TFDS's.
        read_config=tfds.ReadConfig(try_autocache=False),
    ).map(
        lambda example: (_colour(example["image"]), example["label"]),
        tf.data.AUTOTUNE,
        deterministic=True,
    )
    return data.shard(split.shards, split.shard_index) if split.shards > 1 else data


def _colour(image: tf.Tensor) -> tf.Tensor:
    """[height, width, channels] with three: grey ones repeated, and no transparency."""
    if image.shape[-1] == 1:
        return tf.repeat(image, 3, axis=-1)
    return image[..., :3] if image.shape[-1] == 4 else image


def arrays(split: Split, examples: int) -> tuple[Any, Any]:
    """The first `examples`, as `Arrays` has them."""
    if isinstance(split, Arrays):
        return split.inputs[:examples], split.labels[:examples]
    images, labels = next(iter(untuned(images_of(split).batch(examples))))
    return images.numpy(), labels.numpy()


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """The same, but no thread of tf.data tunes it.

    Where an iterator is destroyed, it waits for that thread, which can miss the notice (a
    cancellation's callback runs before the cancellation is marked) and sleeps on for 10 s and more.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
