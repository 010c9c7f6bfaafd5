"""Stored images as arrays, without TensorFlow."""

import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
from PIL import Image

from chipbench.data.dataset import Array, Arrays, Split
from chipbench.data.tfds_records import Stored


def decoded(data: bytes) -> Array:
    """An encoded image as uint8 [height, width, 3]."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


class Images:
    """The images and labels of a split by their number; threads may read at the same time."""

    def __init__(self, split: Split) -> None:
        self._arrays = split if isinstance(split, Arrays) else None
        self._stored = None if isinstance(split, Arrays) else Stored(split)

    def __len__(self) -> int:
        return len(self._arrays.labels if self._arrays is not None else self._stored or ())

    def __getitem__(self, number: int) -> tuple[Array, int]:
        """Image uint8 [height, width, 3] and label."""
        if self._arrays is not None:
            return self._arrays.inputs[number], int(self._arrays.labels[number])
        assert self._stored is not None
        example = self._stored[number]
        return decoded(example["image"]), int(example["label"])


def arrays(split: Split, examples: int) -> tuple[Array, Array]:
    """The first `examples`, as `Arrays` has them."""
    if isinstance(split, Arrays):
        return split.inputs[:examples], split.labels[:examples]
    images = Images(split)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        pairs: Sequence[tuple[Array, int]] = list(
            islice(threads.map(images.__getitem__, range(len(images))), examples)
        )
    return np.stack([image for image, _ in pairs]), np.array([label for _, label in pairs])
