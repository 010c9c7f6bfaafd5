"""Run a benchmark for every combination of values: `mlflow run . -e sweep`."""

from omegaconf import DictConfig

from chipbench.running import command


def sweep(config: DictConfig) -> None:
    """Nothing by itself: `command` conducts a sweep, this one's and any other entry point's."""


if __name__ == "__main__":
    command.run("sweep", sweep)
