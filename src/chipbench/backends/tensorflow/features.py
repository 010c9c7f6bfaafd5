"""The frozen part of a model, computed once: the head then trains on its output."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import tensorflow as tf

from chipbench.ground.files import whole
from chipbench.terminal.quiet import quiet_stderr

Array = np.ndarray[Any, Any]
_LAYER = "features"


def split_model(model: Any) -> tuple[Any, Any] | None:
    """A model as its frozen part up to the layer `features` and its head, sharing all weights.

    None if that part trains, or there is no such layer.
    """
    import keras

    if _LAYER not in {layer.name for layer in model.layers}:
        return None
    features = model.get_layer(_LAYER).output
    frozen = keras.Model(model.inputs, features)
    return None if frozen.trainable_weights else (frozen, keras.Model(features, model.outputs[0]))


def extract(frozen: Any, batches: tf.data.Dataset) -> tuple[Array, Array]:
    """Features float32 [n, d] and labels int64 [n] of a split, in its order."""
    call = _with_constants(frozen)
    features, labels = [], []
    for images, known in batches:
        features.append(tf.cast(call(images), tf.float32).numpy())
        labels.append(known.numpy())
    return np.concatenate(features), np.concatenate(labels)


def _with_constants(frozen: Any) -> Callable[[tf.Tensor], tf.Tensor]:
    """The model's graph with its weights as constants, which TensorFlow can fold.

    A BatchNormalization then becomes part of the convolution before it.
    """
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    function = tf.function(lambda images: frozen(images, training=False))
    shape = tf.TensorSpec([None, *frozen.input_shape[1:]])
    with quiet_stderr(verbose=False):  # it tells of a session that it opens
        graph = convert_variables_to_constants_v2(function.get_concrete_function(shape))

    def call(images: tf.Tensor) -> tf.Tensor:
        (features,) = graph(images)
        return features

    return call


def kept(path: Path, limit_bytes: float, compute: Callable[[], tuple[Array, Array]]) -> Any:
    """Features and labels from `path`, or computed and kept there if they fit in the limit.

    The folder holds no more than `limit_bytes`: what was used longest ago goes first.
    """
    try:
        with np.load(path) as known:
            os.utime(path)
            return known["features"], known["labels"]
    except (OSError, EOFError, BadZipFile, ValueError, KeyError):  # not there, or not whole
        features, labels = compute()
    if features.nbytes <= limit_bytes:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_room(path.parent, limit_bytes - features.nbytes)
        with whole(path) as new:
            np.savez(new, features=features, labels=labels)
    return features, labels


def _make_room(folder: Path, limit_bytes: float) -> None:
    files = sorted(folder.glob("*.npz"), key=lambda file: file.stat().st_mtime)
    total = sum(file.stat().st_size for file in files)
    for file in files:
        if total <= limit_bytes:
            return
        total -= file.stat().st_size
        file.unlink()
