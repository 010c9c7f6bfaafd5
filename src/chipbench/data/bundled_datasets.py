"""Data sets that come with a library, as arrays: loaded, made colour, and held."""

import math
from dataclasses import replace

import numpy as np

from chipbench.data.dataset import Array, Arrays, DataSet, Split
from chipbench.data.dataset_option import module_of
from chipbench.ground.errors import ConfigurationError


def load_bundled(
    name: str, source: str, image_size: int, max_examples: int | None = None
) -> DataSet:
    """What the data set's own `load(image_size)` gives, its grey images in three channels.

    Of them the first `max_examples` of the training, and validation in proportion; None: all.
    Raises ConfigurationError for a data set that is not bundled, or that no model could train on.
    """
    module = module_of(name)
    if source != "bundled" or not hasattr(module, "load"):
        choices = "bundled" if hasattr(module, "load") else "tfds, generated"
        raise ConfigurationError(f"dataset.source={source}: the data set {name} has only {choices}")
    loaded = module.load(image_size)
    if not isinstance(loaded, DataSet):
        raise ConfigurationError(
            f"dataset={name}: its load() gives a {type(loaded).__name__}, and no DataSet"
        )
    colour = replace(loaded, train=_colour(loaded.train), validation=_colour(loaded.validation))
    wrong = _misfit(colour, image_size)
    if wrong is not None:
        raise ConfigurationError(f"dataset={name}: {wrong}")
    return colour if max_examples is None else _capped(colour, max_examples)


def _capped(data: DataSet, number: int) -> DataSet:
    whole = data.train_examples
    if number > whole:
        raise ConfigurationError(
            f"dataset.max_examples={number}: the data set {data.name} has {whole:,} training "
            "images; use that many or fewer, or null for all"
        )
    validated = math.ceil(data.validation_examples * number / whole)
    return replace(
        data,
        train=_first(data.train, number),
        validation=_first(data.validation, validated),
        train_examples=number,
        validation_examples=validated,
    )


def _first(split: Split, number: int) -> Split:
    if not isinstance(split, Arrays):
        return split
    return Arrays(split.inputs[:number], split.labels[:number])


def _colour(split: Split) -> Split:
    """Grey images, [n, side, side] or [n, side, side, 1], in three equal channels."""
    if not isinstance(split, Arrays):
        return split
    images = split.inputs[..., None] if split.inputs.ndim == 3 else split.inputs
    grey = images.ndim == 4 and images.shape[-1] == 1
    return replace(split, inputs=np.repeat(images, 3, axis=-1) if grey else images)


def _misfit(data: DataSet, size: int) -> str | None:
    """What keeps a model from training on it."""
    numbers = {"train": data.train_examples, "validation": data.validation_examples}
    for name, split in (("train", data.train), ("validation", data.validation)):
        if not isinstance(split, Arrays):
            continue
        images, labels = split.inputs, split.labels
        if images.shape[1:] != (size, size, 3) or images.dtype != np.uint8:
            return (
                f"its {name} images are {_told(images)}, and must be uint8 [n, {size}, {size}, 3], "
                "or of one channel"
            )
        if labels.shape != (numbers[name],) or len(images) != numbers[name]:
            said = f"it says {numbers[name]} {name} images"
            return f"{said}, and has {len(images)} with {len(labels)} labels"
        if labels.dtype.kind not in "iu" or not ((labels >= 0) & (labels < data.classes)).all():
            return f"its {name} labels must be whole numbers from 0 to {data.classes - 1}"
    return None


def _told(images: Array) -> str:
    return f"{images.dtype} [{', '.join(map(str, images.shape))}]"
