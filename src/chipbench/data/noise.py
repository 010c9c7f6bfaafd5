"""Pictures of noise, for what a network costs alone: made in memory, and nothing to learn."""

import numpy as np

from chipbench.data.dataset import Arrays, DataSet

_TRAIN, _VALIDATION, _CLASSES = 3_840, 128, 8
_SEED = 20211027


def load(image_size: int) -> DataSet:
    """3,840 training and 128 validation pictures uint8 [n, image_size, image_size, 3]."""
    generator = np.random.default_rng(_SEED)

    def made(number: int) -> Arrays:
        shape = (number, image_size, image_size, 3)
        pictures = generator.integers(0, 256, shape, "uint8")
        return Arrays(pictures, generator.integers(0, _CLASSES, number))

    return DataSet(
        name="noise",
        source="bundled",
        class_names=tuple(map(str, range(_CLASSES))),
        train=made(_TRAIN),
        validation=made(_VALIDATION),
        train_examples=_TRAIN,
        validation_examples=_VALIDATION,
        best_accuracy=1 / _CLASSES,
    )
