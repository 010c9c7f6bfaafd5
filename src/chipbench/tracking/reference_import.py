"""Published and shared results as MLflow runs, each imported once."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from chipbench.ground import tags
from chipbench.ground.storable_text import NOTE_TAG
from chipbench.measure.recorded_run import REFERENCE, SHARED
from chipbench.published.published_run import KEY_PREFIX, PublishedRun
from chipbench.terminal.progress_bar import Bar
from chipbench.tracking.client import PAGE, pages
from chipbench.tracking.experiment_page import lay_out
from chipbench.tracking.journal_experiment import active_experiment
from chipbench.tracking.store import Store
from chipbench.tracking.store_errors import asking

T = TypeVar("T")

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_MAX_METRICS = 1000  # of one MLflow batch
_MAX_OTHERS = 100  # params or tags


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
        wanted = {run.key: run for run in runs}
        known = _known_keys(client, wanted)
        missing = [run for key, run in wanted.items() if key not in known]
        with Bar("results", stderr=True) as bar:
            for number, run in enumerate(missing):
                bar.show("importing", number, len(missing))
                _create(client, experiment_id, run)
        ProjectRuns(client).remove_leftovers()
        return len(missing), len(wanted) - len(missing)


def _experiment_id(client: "MlflowClient", name: str) -> str:
    """The experiment of this name, made if need be, and its page laid out."""
    found = client.get_experiment_by_name(name)
    experiment_id = str(found.experiment_id if found else client.create_experiment(name))
    lay_out(client, experiment_id)
    return experiment_id


def _known_keys(client: "MlflowClient", runs: Mapping[str, PublishedRun]) -> set[str]:
    """Keys of the whole and current imports; what was imported otherwise is removed.

    So is what is no longer published. What others shared stays: files come one by one.
    """
    keys: set[str] = set()
    for kind in {run.tags[tags.KIND] for run in runs.values()} & {REFERENCE, SHARED}:
        for run in _imported(client, kind):
            key = run.data.tags.get(tags.stored(tags.KEY), "")
            if key in runs and key not in keys and _is_current(run, runs[key]):
                keys.add(key)
            elif key in runs or key.startswith(KEY_PREFIX):
                _remove(client, run.info.run_id)
    return keys


def _imported(client: "MlflowClient", kind: str) -> "list[Run]":
    found = pages(lambda token: client.search_experiments(max_results=PAGE, page_token=token))
    ids, query = [e.experiment_id for e in found], f"tags.`{tags.stored(tags.KIND)}` = '{kind}'"
    search = client.search_runs
    return list(pages(lambda token: search(ids, query, max_results=PAGE, page_token=token)))


def _is_current(run: "Run", published: PublishedRun) -> bool:
    """Whether an import was not interrupted, and says what would be imported today."""
    known = {tags.stored(name): value for name, value in published.tags.items()}
    return bool(
        run.info.status == published.status
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
    known[NOTE_TAG] = run.note
    created = client.create_run(
        experiment_id,
        run.begun_ms,
        tags={tags.stored(name): known[tags.stored(name)] for name in (tags.KIND, tags.KEY)},
        run_name=run.name,
    )
    run_id = created.info.run_id
    values = [Metric(name, value, run.begun_ms, 0) for name, value in run.metrics.items()]
    for epoch, epoch_values in run.epochs.items():
        values += [Metric(n, v, run.begun_ms, epoch) for n, v in epoch_values.items()]
    values += [Metric(name, value, ms, step) for name, step, value, ms in run.points]
    params = [Param(name, value) for name, value in run.params.items()]
    for metrics_part in _parts(values, _MAX_METRICS):
        client.log_batch(run_id, metrics=metrics_part)
    for params_part in _parts(params, _MAX_OTHERS):
        client.log_batch(run_id, params=params_part)
    for tags_part in _parts([RunTag(name, value) for name, value in known.items()], _MAX_OTHERS):
        client.log_batch(run_id, tags=tags_part)
    ended_ms = max((ms for *_, ms in run.points), default=run.begun_ms)
    client.set_terminated(run_id, run.status, ended_ms)


def _parts(items: list[T], size: int) -> list[list[T]]:
    """`items` as batches that MLflow takes."""
    return [items[first : first + size] for first in range(0, len(items), size)]
