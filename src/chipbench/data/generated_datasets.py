"""Generated stand-ins: TFDS data sets of the published shape, number and encoding.

The images are seeded and depend on their class, so a model learns from them and a training that
is broken shows as chance accuracy. They are decoded like the originals, and about as large, so that
they cost about the same to read: `dataset_metadata.py` has the bytes of both.
"""

import io
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from chipbench.data.dataset_folders import generated_folder
from chipbench.data.dataset_metadata import Entry
from chipbench.data.tfds_features import features_of
from chipbench.data.tfds_writing import Examples, written

_SEED = 20211101
_CHUNK = 500  # images made at once
_JPEG_QUALITY = 85
_GRID = 6  # random points along a side, between which an image is interpolated
# In grey levels: what a class has in common, what tells its images apart, and noise that every
# pixel has of its own. Set so that TinyVGG learns steadily over ten epochs, as on the original.
_CLASS_CONTRAST, _IMAGE_CONTRAST, _NOISE = 20.0, 52.0, 10.0

Array = np.ndarray[Any, Any]


def builder(entry: Entry, train: int, validation: int, cache_dir: Path) -> Any:
    """The builder of `entry`'s stand-in with so many examples, generated once into the cache."""
    features = features_of(entry)
    folder = generated_folder(entry, train, validation, cache_dir)
    splits = {
        "train": (train, _examples(entry, features, train, 0)),
        entry.validation_split: (validation, _examples(entry, features, validation, 1)),
    }
    size = (train + validation) * entry.generated_bytes
    return written(folder, entry.tfds_name, features, splits, size)


def _examples(entry: Entry, features: Any, number: int, stream: int) -> Examples:
    """`number` encoded examples in random order, the classes in equal shares."""
    generator = np.random.default_rng([_SEED, stream])
    classes = features["label"].num_classes
    is_grey = features["image"].shape[-1] == 1
    labels = generator.permutation(np.arange(number) % classes)
    patterns = class_patterns(classes)
    for start in range(0, number, _CHUNK if entry.size_px <= 64 else 1):
        chunk = labels[start : start + (_CHUNK if entry.size_px <= 64 else 1)]
        shape = _shape(entry, generator)
        for offset, image in enumerate(draw(patterns[chunk], shape, generator)):
            key = start + offset
            example: dict[str, Any] = {
                "image": _encoded(image, entry.encoding, is_grey),
                "label": int(chunk[offset]),
            }
            if "id" in features:
                example["id"] = f"generated_{key:06d}"
            if "coarse_label" in features:
                coarse = features["coarse_label"].num_classes
                example["coarse_label"] = int(chunk[offset]) * coarse // classes
            yield key, example


def _shape(entry: Entry, generator: np.random.Generator) -> tuple[int, int]:
    """Height and width; photographs have one side shorter, as Food101's have."""
    if entry.size_px <= 64:
        return entry.size_px, entry.size_px
    shorter = int(entry.size_px * generator.choice([1.0, 0.75, 0.75, 0.67]))
    sides = (entry.size_px, shorter)
    return sides if generator.random() < 0.3 else sides[::-1]


def class_patterns(classes: int) -> Array:
    """What the images of each class have in common: grids [classes, grid, grid, 3] around 0."""
    return np.random.default_rng(_SEED).normal(size=(classes, _GRID, _GRID, 3)).astype("float32")


def best_accuracy(classes: int, images: int = 20_000) -> float:
    """The accuracy of the best classifier, which knows the patterns: by simulation, of so many.

    It takes the class whose pattern, as it is or mirrored, is the likeliest given the grid's values
    (Bayes' rule with equal shares); the pixels' own noise is left out.
    """
    known = class_patterns(classes)
    both = np.stack([known, known[:, :, ::-1]], 1).reshape(2 * classes, -1) * _CLASS_CONTRAST
    both -= both.mean(1, keepdims=True)  # an image's brightness says nothing
    generator = np.random.default_rng(_SEED)
    drawn = generator.integers(0, 2 * classes, images)
    values = both[drawn] + _IMAGE_CONTRAST * generator.normal(size=(images, both.shape[1]))
    score = (values @ both.T - (both**2).sum(1) / 2) / _IMAGE_CONTRAST**2
    likelihood = np.logaddexp(score[:, 0::2], score[:, 1::2])
    return float(np.mean(likelihood.argmax(1) == drawn // 2))


def draw(patterns: Array, shape: tuple[int, int], generator: np.random.Generator) -> Array:
    """One image uint8 [n, height, width, 3] for each pattern [n, grid, grid, 3]."""
    number = len(patterns)
    own = np.asarray(generator.normal(size=patterns.shape), "float32")
    grids = _CLASS_CONTRAST * _shifted(patterns, generator) + _IMAGE_CONTRAST * own
    rows, columns = (_interpolation(side) for side in shape)
    images: Array = np.einsum("hg,ngkc,wk->nhwc", rows, grids, columns, optimize=True)
    images += np.asarray(generator.normal(127, 20, (number, 1, 1, 3)), "float32")
    images += _noise(images.shape, generator)
    pixels: Array = np.clip(images, 0, 255).astype("uint8")
    return pixels


@cache
def _noise_pool() -> Array:
    """Noise to cut from: drawing it anew for each photograph would take most of the time."""
    return _NOISE * np.random.default_rng(_SEED).standard_normal(2**23, dtype="float32")


def _noise(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    pool, size = _noise_pool(), math.prod(shape)
    start = int(generator.integers(len(pool) - size))
    return pool[start : start + size].reshape(shape)


def _shifted(patterns: Array, generator: np.random.Generator) -> Array:
    """Half of the patterns mirrored, as objects are seen from both sides."""
    mirrored = generator.random(len(patterns)) < 0.5
    flipped: Array = np.where(mirrored[:, None, None, None], patterns[:, :, ::-1], patterns)
    return flipped


def _interpolation(side: int) -> Array:
    """The matrix [side, grid] that interpolates grid points linearly to pixels."""
    position = np.linspace(0, _GRID - 1, side)
    distance = np.abs(position[:, None] - np.arange(_GRID)[None, :])
    weights: Array = np.clip(1 - distance, 0, None).astype("float32")
    return weights


def _encoded(image: Array, encoding: str, is_grey: bool) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": _JPEG_QUALITY} if encoding == "jpeg" else {"compress_level": 1}
    picture = Image.fromarray(image)
    (picture.convert("L") if is_grey else picture).save(buffer, encoding, **options)
    return buffer.getvalue()
