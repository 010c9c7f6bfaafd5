"""Import published or shared results as MLflow runs: `mlflow run . -e reference`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from omegaconf import DictConfig

from chipbench.config.compose import compose_config
from chipbench.config.options import options, project_dir
from chipbench.config.recorded import recorded_params
from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.published.run import PublishedRun
from chipbench.published.runs import published_runs
from chipbench.running import command
from chipbench.sharing.believed import believed, shipped
from chipbench.sharing.shared_run import SharedRun
from chipbench.terminal.lines import announce, say
from chipbench.tracking.importing import import_runs
from chipbench.tracking.store import Store, configured_store


def reference(config: DictConfig) -> tuple[int, int]:
    """Import what is missing; returns how many runs were added and how many were there."""
    store = configured_store(config.tracking, project_dir())
    if store is None:
        raise ConfigurationError("tracking=none: what is imported needs a tracking store")
    if config.files is not None:
        return _import_files(store, config)
    announce("importing the published results")
    runs = [complete(run) for run in published_runs()]
    added, present = import_runs(store, config.tracking.experiment_name, runs)
    say(f"{added} published results imported, {present} were there already")
    say("the article's tables of training times say minutes; their numbers are seconds")
    _import_shared(store, config, shipped())
    return added, present


def _import_files(store: Store, config: DictConfig) -> tuple[int, int]:
    """The runs of `files=`; raises ConfigurationError if a file was refused."""
    announce("importing shared results")
    found = believed(config.files)
    counts = _import_shared(store, config, found.runs)
    found.confirm()
    return counts


def _import_shared(store: Store, config: DictConfig, runs: Sequence[SharedRun]) -> tuple[int, int]:
    """Each run once, whichever file brought it."""
    chosen = [run.published() for run in runs]
    added, present = import_runs(store, config.tracking.experiment_name, chosen)
    say(f"{added} shared results imported, {present} were there already")
    return added, present


def complete(run: PublishedRun) -> PublishedRun:
    """`run` with the settings and the fingerprint of a run that a user would compare with it."""
    params = {**_settings(run), **run.params}
    known = {
        tags.BENCHMARK_VERSION: str(BENCHMARK_VERSION),
        tags.FINGERPRINT: fingerprint(params, run.tags),
    }
    return replace(run, params=params, tags={**run.tags, **known})


def _settings(run: PublishedRun) -> Mapping[str, str]:
    experiment = run.tags[tags.EXPERIMENT]
    if run.tags.get(tags.ENGINE) == "createml":
        return _configured("createml", "experiment=createml_food101", "createml.engine=createml")
    if experiment in options("experiment"):
        return _configured("train", f"experiment={experiment}")
    return {}


@cache
def _configured(entry: str, *choices: str) -> Mapping[str, str]:
    config = compose_config(entry, [*choices, "output_dir=none"])
    return {key: str(value) for key, value in recorded_params(config).items()}


if __name__ == "__main__":
    command.run("reference", reference)
