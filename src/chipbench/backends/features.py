"""The frozen part of a model, computed once: the head then trains on its output."""

import hashlib
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from chipbench.backends.backend import Task
from chipbench.backends.layers import FEATURES
from chipbench.ground.cache import cache_folder
from chipbench.ground.files import digest, whole

Array = np.ndarray[Any, Any]


def split_model(model: Any) -> tuple[Any, Any] | None:
    """A model as its frozen part up to the layer `features` and its head, sharing all weights.

    None if that part trains, or there is no such layer.
    """
    import keras

    if FEATURES not in {layer.name for layer in model.layers}:
        return None
    features = model.get_layer(FEATURES).output
    frozen = keras.Model(model.inputs, features)
    return None if frozen.trainable_weights else (frozen, keras.Model(features, model.outputs[0]))


def kept_features(
    task: Task, frozen: Any, split: str, compute: Callable[[], tuple[Array, Array]]
) -> tuple[tuple[Array, Array], bool]:
    """Features and labels of a split, kept or computed; and whether they were there."""
    config, data = task.config, task.data
    parts = {
        "model": config.model.name,
        "weights": _weights_digest(frozen),
        "image_size": config.dataset.image_size,
        "pixel_scale": config.model.pixel_scale,
        "precision": config.precision,
        "data": [data.name, data.source, split],
        "examples": [data.train_examples, data.validation_examples],
        config.backend.name: version(config.backend.name),
    }
    path = cache_folder(config.cache_dir) / "features" / f"{digest(parts, 20)}.npz"
    was_there = path.is_file()
    return kept(path, config.protocol.feature_cache_gb * 1e9, compute), was_there


def kept(
    path: Path, limit_bytes: float, compute: Callable[[], tuple[Array, Array]]
) -> tuple[Array, Array]:
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


def _weights_digest(model: Any) -> str:
    checksum = hashlib.sha256()
    for weight in model.get_weights():
        checksum.update(weight.tobytes())
    return checksum.hexdigest()
