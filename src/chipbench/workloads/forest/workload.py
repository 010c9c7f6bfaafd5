"""The forest workload: the article's author's random search, on the districts of California."""

import math
from collections.abc import Mapping

import numpy as np
from omegaconf import DictConfig

from chipbench.data import california_housing
from chipbench.ground import tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware.machine import Machine
from chipbench.terminal.messages import announce
from chipbench.workloads.forest.prepared_search import LIBRARY, PreparedSearch

#: Of all districts, those that the forest is scored on.
_TEST_SHARE = 0.2
_TRAIN = california_housing.ROWS - round(california_housing.ROWS * _TEST_SHARE)


class Forest:
    """Searches the settings of a random forest; see `conf/forest.yaml`."""

    def __init__(self, config: DictConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine

    @property
    def variant(self) -> str:
        """How many forests are grown for the choice."""
        return f"{self._config.search.candidates} x {self._config.search.folds}"

    @property
    def tags(self) -> Mapping[str, object]:
        """The library, in the place of a framework."""
        return {
            tags.BACKEND: LIBRARY,
            tags.BACKEND_VERSION: self._machine.versions.get(LIBRARY),
        }

    def prepare(self) -> PreparedSearch:
        """Load the districts and cut them to size.

        Raises ConfigurationError for more districts than there are, or too few to be folded.
        """
        config, given = self._config, self._config.dataset.max_examples
        train = _TRAIN if given is None else given
        if train > _TRAIN:
            raise ConfigurationError(
                f"dataset.max_examples={train}: California housing has {_TRAIN:,} training "
                "districts; use that many or fewer, or null for all"
            )
        if train < 2 * config.search.folds:  # a score needs two
            raise ConfigurationError(
                f"dataset.max_examples={train}: search.folds={config.search.folds} need "
                f"{2 * config.search.folds} training districts or more"
            )
        announce(f"loading California housing ({config.dataset.source})")
        districts, values = california_housing.load(config.dataset, cache_folder(config.cache_dir))
        test = max(2, math.ceil(train * _TEST_SHARE / (1 - _TEST_SHARE)))
        kept = np.linspace(0, len(values) - 1, train + test).astype(int)
        found = {
            tags.DEVICE: self._machine.cpu,
            tags.DATA_SOURCE: config.dataset.source,
            tags.DATA_CHECKSUM: california_housing.checksum(districts, values),
            tags.TRAIN_EXAMPLES: train,
        }
        return PreparedSearch(config, districts[kept], values[kept], test, found)
