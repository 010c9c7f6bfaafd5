"""Data sets of sequences, which are held in memory: each by its own `load`."""

from pathlib import Path

from omegaconf import DictConfig

from chipbench.data.dataset import DataSet
from chipbench.data.dataset_option import module_of
from chipbench.ground.errors import ConfigurationError


def load_sequences(config: DictConfig, cache_dir: Path) -> DataSet:
    """What the data set's own `load(config, cache_dir)` gives, from one of its `SOURCES`.

    Raises as it does, and ConfigurationError for a source that it has not.
    """
    module = module_of(config.name)
    if config.source not in module.SOURCES:
        raise ConfigurationError(
            f"dataset.source={config.source}: the data set {config.name} has only "
            f"{', '.join(module.SOURCES)}"
        )
    loaded: DataSet = module.load(config, cache_dir)
    return loaded
