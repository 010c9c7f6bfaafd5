"""Import published or shared results as MLflow runs: `mlflow run . -e reference`."""

from collections.abc import Sequence

from omegaconf import DictConfig

from chipbench.config.options import project_dir
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.plural import counted
from chipbench.published.completed_settings import complete
from chipbench.published.published_runs import published_runs
from chipbench.running import command
from chipbench.sharing.believed_runs import believed, shipped
from chipbench.sharing.shared_run import SharedRun
from chipbench.terminal.messages import announce, say
from chipbench.tracking.reference_import import import_runs
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
    say(imported("published", added, present))
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
    say(imported("shared", added, present))
    return added, present


def imported(kind: str, added: int, present: int) -> str:
    """How many results are new in the store, and how many are not."""
    there = counted(present, "was", "were")
    return f"{counted(added, f'{kind} result')} imported, {there} there already"


if __name__ == "__main__":
    command.run("reference", reference)
