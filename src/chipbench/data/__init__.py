"""The data sets: one per file, most of them read through tensorflow-datasets."""

from pathlib import Path

from omegaconf import DictConfig

from chipbench.data.bundled_datasets import load_bundled
from chipbench.data.dataset import Arrays, DataSet, Records, Split
from chipbench.data.dataset_option import entry_of
from chipbench.data.sequences import load_sequences
from chipbench.ground.errors import ConfigurationError
from chipbench.terminal.messages import announce

#: Where the images of a TFDS data set come from.
_OF_TFDS = ("tfds", "generated")

__all__ = ["Arrays", "DataSet", "Records", "Split", "load", "write_folders"]


def load(config: DictConfig, cache_dir: Path) -> DataSet:
    """The data set that `config` (an option of `dataset/`) names, prepared and cut to size.

    Raises ConfigurationError for a wrong key, UnsupportedBenchmark if the data cannot be had.
    """
    entry = entry_of(config.name)
    announce(f"loading the data set {config.name} ({config.source})")
    if config.examples != "images":
        return load_sequences(config, cache_dir)
    if entry is None or config.source not in _OF_TFDS:
        named = config.name, config.source, config.image_size
        return load_bundled(*named, config.max_examples)
    from chipbench.data import dataset_source

    return dataset_source.load(entry, config, cache_dir)


def write_folders(config: DictConfig, cache_dir: Path) -> Path:
    """The folder that holds the data set's image files in `train/<class>/` and `test/<class>/`.

    Written once into the cache. Raises as `load` does.
    """
    entry = entry_of(config.name)
    if entry is None:
        raise ConfigurationError(
            f"dataset={config.name}: it has no image files; use food101_10pct or another TFDS set"
        )
    from chipbench.data import dataset_source

    return dataset_source.write_folders(entry, config, cache_dir)
