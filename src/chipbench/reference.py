"""Import the published results as MLflow runs: `mlflow run . -e reference`."""

from functools import cache

from omegaconf import DictConfig

from chipbench.config.compose import compose_config
from chipbench.config.options import project_dir
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.fingerprint import training_fingerprint
from chipbench.published.runs import published_runs
from chipbench.running import command
from chipbench.terminal.lines import announce, say
from chipbench.tracking.importing import import_runs
from chipbench.tracking.store import configured_store


def reference(config: DictConfig) -> tuple[int, int]:
    """Import what is missing; returns how many runs were added and how many were there."""
    store = configured_store(config.tracking, project_dir())
    if store is None:
        raise ConfigurationError("tracking=none: the published results need a tracking store")
    announce("importing the published results")
    runs = list(published_runs(_fingerprint))
    added, present = import_runs(store, config.tracking.experiment_name, runs)
    say(f"{added} published results imported, {present} were there already")
    say("the article's tables of training times say minutes; their numbers are seconds")
    return added, present


def _fingerprint(experiment: str, batch_size: int, epochs: int) -> str:
    """The fingerprint of a training that a user would compare with the published one."""
    config = _training(experiment)
    config.batch_size, config.epochs = batch_size, epochs
    return training_fingerprint(config)


@cache
def _training(experiment: str) -> DictConfig:
    return compose_config("train", [f"experiment={experiment}", "output_dir=none"])


if __name__ == "__main__":
    command.run("reference", reference)
