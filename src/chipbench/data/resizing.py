"""Resizing of images as TensorFlow's `tf.image.resize` does it, without TensorFlow."""

from functools import lru_cache
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def resize(images: Array, height: int, width: int) -> Array:
    """Images [n, h, w, c] → float32 [n, height, width, c].

    Bilinear with half-pixel centres and no antialiasing: pixel i of the result lies at
    (i + 0.5) · h / height − 0.5 of the original, and beyond the edge the edge's pixel counts
    (the documentation of `tf.image.resize`, method "bilinear").
    """
    rows = _between(images, 1, height)
    return _between(rows, 2, width)


def _between(images: Array, axis: int, new: int) -> Array:
    """Interpolated along one side, each pixel between two of the original."""
    lower, upper, share = _places(images.shape[axis], new)
    values = np.take(images, lower, axis).astype("float32")
    step = np.take(images, upper, axis) - values
    step *= share.reshape([-1 if side == axis else 1 for side in range(images.ndim)])
    values += step
    return values


@lru_cache(maxsize=256)
def _places(old: int, new: int) -> tuple[Array, Array, Array]:
    """The two pixels that each new one lies between, and how far it lies towards the upper one."""
    position = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    lower = position.astype("int64")
    return lower, np.minimum(lower + 1, old - 1), (position - lower).astype("float32")
