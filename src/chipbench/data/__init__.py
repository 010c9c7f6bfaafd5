"""The data sets: one per file, each read through tensorflow-datasets."""

from importlib import import_module
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from chipbench.data.dataset import Arrays, DataSet, Records, Split
from chipbench.ground.errors import ConfigurationError
from chipbench.terminal.lines import announce

__all__ = ["Arrays", "DataSet", "Records", "Split", "load", "write_folders"]


def load(config: DictConfig, cache_dir: Path) -> DataSet:
    """The data set that `config` (an option of `dataset/`) names, prepared and cut to size.

    Raises ConfigurationError for a wrong key, UnsupportedBenchmark if the data cannot be had.
    """
    module: Any = import_module(f"chipbench.data.{config.name}")
    announce(f"loading the data set {config.name} ({config.source})")
    if config.source == "bundled" or not hasattr(module, "ENTRY"):
        return _bundled(module, config)
    from chipbench.data import source

    return source.load(module.ENTRY, config, cache_dir)


def write_folders(config: DictConfig, cache_dir: Path) -> Path:
    """The folder that holds the data set's image files in `train/<class>/` and `test/<class>/`.

    Written once into the cache. Raises as `load` does.
    """
    module: Any = import_module(f"chipbench.data.{config.name}")
    if not hasattr(module, "ENTRY"):
        raise ConfigurationError(
            f"dataset={config.name}: it has no image files; use food101_10pct or another TFDS set"
        )
    from chipbench.data import source

    return source.write_folders(module.ENTRY, config, cache_dir)


def _bundled(module: Any, config: DictConfig) -> DataSet:
    if config.source != "bundled" or not hasattr(module, "load"):
        choices = "bundled" if hasattr(module, "load") else "tfds, generated"
        raise ConfigurationError(
            f"dataset.source={config.source}: the data set {config.name} has only {choices}"
        )
    data: DataSet = module.load(config.image_size)
    return data
