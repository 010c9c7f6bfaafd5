"""Run several benchmarks one after the other, unattended: `mlflow run . -e suite`."""

from omegaconf import DictConfig

from chipbench.running import command


def suite(config: DictConfig) -> None:
    """Nothing by itself: `command` conducts a suite, whose items get words of its command line."""


if __name__ == "__main__":
    command.run("suite", suite)
