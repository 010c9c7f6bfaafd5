"""A data set from TFDS: prepared from the published files, or generated, and read the same way."""

import math
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from chipbench.data import class_folder_writing as folders
from chipbench.data import generated_datasets, subset
from chipbench.data.dataset import DataSet, Records
from chipbench.data.dataset_metadata import Entry
from chipbench.data.dataset_verification import checksum, verify
from chipbench.data.download import prepared
from chipbench.ground.errors import ConfigurationError


def load(entry: Entry, config: DictConfig, cache_dir: Path) -> DataSet:
    """`entry` as `config` asks for it: its source, and at most `max_examples` of it."""
    train, validation = _sizes(entry, config.max_examples)
    builder = _builder(entry, config, cache_dir)
    parts = (
        Records(builder, f"train[:{train}]"),
        Records(builder, f"{entry.validation_split}[:{validation}]"),
    )
    return DataSet(
        name=config.name,
        source=config.source,
        class_names=tuple(builder.info.features["label"].names),
        train=parts[0],
        validation=parts[1],
        train_examples=train,
        validation_examples=validation,
        best_accuracy=entry.generated_accuracy if _is_whole_stand_in(config) else None,
        checksum=checksum(parts),
    )


def _is_whole_stand_in(config: DictConfig) -> bool:
    return bool(config.source == "generated" and config.max_examples is None)


def write_folders(entry: Entry, config: DictConfig, cache_dir: Path) -> Path:
    """The folder of its files, `train/<class>/` and `test/<class>/`: `class_folder_writing`."""
    train, validation = _sizes(entry, config.max_examples)
    folder = cache_dir / "folders" / f"{config.name}-{config.source}-{train}-{validation}"
    splits = {"train": ("train", train), "test": (entry.validation_split, validation)}
    return folders.written(folder, entry, lambda: _builder(entry, config, cache_dir), splits)


def _builder(entry: Entry, config: DictConfig, cache_dir: Path) -> Any:
    """The prepared builder of `entry`, from the source that `config` names."""
    if config.source == "generated":
        return generated_datasets.builder(entry, *_sizes(entry, config.max_examples), cache_dir)
    whole = prepared(entry, config.data_dir)
    verify(entry, whole)
    return whole if entry.subset is None else subset.builder(entry, whole, cache_dir)


def _sizes(entry: Entry, max_examples: int | None) -> tuple[int, int]:
    """Training and validation examples; a cap cuts both in proportion."""
    if max_examples is None:
        return entry.train_examples, entry.validation_examples
    if max_examples > entry.train_examples:
        raise ConfigurationError(
            f"dataset.max_examples={max_examples}: the data set has {entry.train_examples:,} "
            "training images; use that many or fewer, or null for all"
        )
    share = max_examples / entry.train_examples
    return max_examples, math.ceil(entry.validation_examples * share)
