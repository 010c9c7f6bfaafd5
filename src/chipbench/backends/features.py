"""The frozen part of a model, computed once: the head then trains on its output."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from chipbench.backends.backend import Task
from chipbench.backends.layers import FEATURES
from chipbench.ground.cache import cache_folder, words
from chipbench.ground.files import clear, digest, make_folder, whole
from chipbench.ground.regular_files import open_regular, trouble
from chipbench.terminal.messages import note

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
    computed: list[str] = []

    def noticed() -> tuple[Array, Array]:
        computed.append(split)
        return compute()

    return kept(path, config.protocol.feature_cache_gb * 1e9, noticed), not computed


def kept(
    path: Path, limit_bytes: float, compute: Callable[[], tuple[Array, Array]]
) -> tuple[Array, Array]:
    """Features and labels from `path`, or computed and kept there if they fit in the limit.

    The folder holds no more than `limit_bytes`: what was used longest ago goes first.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except Exception as error:  # whatever a damaged archive makes of NumPy and zipfile
        note(f"features/{path.name} in the cache is damaged ({words(error)}): computed again")
    features, labels = compute()
    if features.nbytes <= limit_bytes:
        try:
            _write(path, features, labels, limit_bytes)
        except OSError as error:
            note(f"the features cannot be kept in the cache ({words(error)})")
    return features, labels


def _read(path: Path) -> tuple[Array, Array]:
    with os.fdopen(open_regular(path), "rb") as file, np.load(file) as known:
        features, labels = known["features"], known["labels"]
    if features.dtype.kind != "f" or labels.dtype.kind not in "iu" or labels.ndim != 1:
        raise ValueError("it holds no features and labels")
    if features.shape[:1] != labels.shape or not np.isfinite(features.sum(dtype="float64")):
        raise ValueError("they do not belong together")
    with suppress(OSError):
        os.utime(path)
    return features, labels


def _write(path: Path, features: Array, labels: Array, limit_bytes: float) -> None:
    make_folder(path.parent)
    if trouble(path) is not None:
        clear(path)
    _make_room(path.parent, limit_bytes - features.nbytes)
    with whole(path) as new:
        np.savez(new, features=features, labels=labels)


def _make_room(folder: Path, limit_bytes: float) -> None:
    states = {file: file.lstat() for file in folder.glob("*.npz")}
    files = sorted(states, key=lambda file: states[file].st_mtime)
    total = sum(state.st_size for state in states.values())
    for file in files:
        if total <= limit_bytes:
            return
        total -= states[file].st_size
        clear(file)


def _weights_digest(model: Any) -> str:
    checksum = hashlib.sha256()
    for weight in model.get_weights():
        checksum.update(weight.tobytes())
    return checksum.hexdigest()
