"""Find the largest batch that trains on this machine: `mlflow run . -e limits`."""

import sys

from omegaconf import DictConfig

from chipbench.config.overrides import command_line
from chipbench.running import command
from chipbench.sweeping.limit_search import find_limit


def limits(config: DictConfig) -> int:
    """Search by trainings of the same configuration; 0 if a batch trains, else 1."""
    return find_limit(config, command_line(sys.argv[1:]).overrides)


if __name__ == "__main__":
    command.run("limits", limits)
