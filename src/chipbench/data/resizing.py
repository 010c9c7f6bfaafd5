"""Resizing of images as TensorFlow's `tf.image.resize` does it, without TensorFlow."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def resize(images: Array, height: int, width: int) -> Array:
    """Images [n, h, w, c] → float32 [n, height, width, c].

    Bilinear with half-pixel centres and no antialiasing: pixel i of the result lies at
    (i + 0.5) · h / height − 0.5 of the original, and beyond the edge the edge's pixel counts
    (the documentation of `tf.image.resize`, method "bilinear").
    """
    rows, columns = _weights(images.shape[1], height), _weights(images.shape[2], width)
    resized: Array = np.einsum(
        "Hh,nhwc,Ww->nHWc", rows, images.astype("float32"), columns, optimize=True
    )
    return resized


def _weights(old: int, new: int) -> Array:
    """The matrix float32 [new, old] that interpolates along one side."""
    position = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    distance = np.abs(position[:, None] - np.arange(old)[None, :])
    weights: Array = np.clip(1 - distance, 0, None).astype("float32")
    return weights
