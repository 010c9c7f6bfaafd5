"""Published results as MLflow runs, each imported once."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chipbench.ground import tags
from chipbench.published.run import KEY_PREFIX, PublishedRun
from chipbench.tracking.client import PAGE, mark_as_training, pages
from chipbench.tracking.experiments import active_experiment
from chipbench.tracking.reason import asking
from chipbench.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

#: The article's date, so that the store's newest runs stay the user's own.
_PUBLISHED_MS = 1_635_724_800_000


def import_runs(store: Store, experiment: str, runs: Sequence[PublishedRun]) -> tuple[int, int]:
    """Create the runs that the store lacks; returns how many were added and were there.

    Each is imported once per store, into the `experiment` of that name, unless `mlflow run` has
    chosen another; what was imported otherwise than it is known today is replaced. Raises
    StoreError.
    """
    with asking("import into the tracking store"):
        client = store.client()
        from chipbench.tracking.project_runs import ProjectRuns

        chosen = active_experiment(os.environ.get("MLFLOW_EXPERIMENT_ID"), client)
        experiment_id = chosen or _experiment_id(client, experiment)
        known = _known_keys(client, {run.key: run for run in runs})
        missing = [run for run in runs if run.key not in known]
        for run in missing:
            _create(client, experiment_id, run)
        ProjectRuns(client).remove_leftovers()
        return len(missing), len(runs) - len(missing)


def _experiment_id(client: "MlflowClient", name: str) -> str:
    """The experiment of this name, made if need be, and shown in MLflow's view for training."""
    found = client.get_experiment_by_name(name)
    experiment_id = str(found.experiment_id if found else client.create_experiment(name))
    mark_as_training(client, experiment_id)
    return experiment_id


def _known_keys(client: "MlflowClient", runs: Mapping[str, PublishedRun]) -> set[str]:
    """Keys of the whole and current imports; any other that the store has is removed."""
    keys: set[str] = set()
    found = pages(lambda token: client.search_experiments(max_results=PAGE, page_token=token))
    ids, query = [e.experiment_id for e in found], f"tags.`{tags.stored(tags.KIND)}` = 'reference'"
    search = client.search_runs
    for run in list(pages(lambda token: search(ids, query, max_results=PAGE, page_token=token))):
        key = run.data.tags.get(tags.stored(tags.KEY), "")
        if not key.startswith(KEY_PREFIX):
            continue
        if key in runs and key not in keys and _is_current(run, runs[key]):
            keys.add(key)
        else:
            _remove(client, run.info.run_id)
    return keys


def _is_current(run: "Run", published: PublishedRun) -> bool:
    """Whether an import was not interrupted, and says what would be imported today."""
    known = {tags.stored(name): value for name, value in published.tags.items()}
    return bool(
        run.info.status == "FINISHED"
        and known.items() <= run.data.tags.items()
        and published.params == run.data.params
        and published.metrics.items() <= run.data.metrics.items()
    )


def _remove(client: "MlflowClient", run_id: str) -> None:
    """Delete a run; another user's, which this one may not delete, stays."""
    from mlflow.exceptions import MlflowException

    try:
        client.delete_run(run_id)
    except MlflowException as error:
        if error.error_code != "PERMISSION_DENIED":
            raise


def _create(client: "MlflowClient", experiment_id: str, run: PublishedRun) -> None:
    from mlflow.entities import Metric, Param, RunTag

    known = {tags.stored(name): value for name, value in run.tags.items()}
    known[tags.stored(tags.KEY)] = run.key
    source, printed = run.tags[tags.SOURCE], run.tags[tags.PRINTED]
    note = f"Published: {source}. Printed: {printed}."
    if tags.TIME_INCLUDES in run.tags:
        logged = run.tags.get(tags.LOGGED_TIME)
        note += (
            f" The time contains {run.tags[tags.TIME_INCLUDES]}{f'; {logged}' if logged else ''}."
        )
    known["mlflow.note.content"] = note
    created = client.create_run(
        experiment_id,
        _PUBLISHED_MS,
        tags={tags.stored(tags.KIND): "reference", tags.stored(tags.KEY): run.key},
        run_name=run.name,
    )
    values = [Metric(name, value, _PUBLISHED_MS, 0) for name, value in run.metrics.items()]
    for epoch, epoch_values in run.epochs.items():
        values += [Metric(n, v, _PUBLISHED_MS, epoch) for n, v in epoch_values.items()]
    client.log_batch(
        created.info.run_id,
        metrics=values,
        params=[Param(name, value) for name, value in run.params.items()],
        tags=[RunTag(name, value) for name, value in known.items()],
    )
    client.set_terminated(created.info.run_id, "FINISHED", _PUBLISHED_MS)
