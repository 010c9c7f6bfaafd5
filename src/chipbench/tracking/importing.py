"""Published results as MLflow runs, each imported once."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chipbench.published.runs import PublishedRun
from chipbench.tracking.recorder import TAG_PREFIX

if TYPE_CHECKING:
    from mlflow import MlflowClient

#: The article's date, so that the store's newest runs stay the user's own.
_PUBLISHED_MS = 1_635_724_800_000


def import_runs(
    client: "MlflowClient", experiment_id: str, runs: Iterable[PublishedRun]
) -> tuple[int, int]:
    """Create the runs that the experiment lacks; returns how many were added and were there."""
    known = _known_keys(client, experiment_id)
    added = present = 0
    for run in runs:
        if run.key in known:
            present += 1
        else:
            _create(client, experiment_id, run)
            added += 1
    return added, present


def experiment_id_of(client: "MlflowClient", name: str) -> str:
    """The experiment of this name, made if need be, and shown in MLflow's view for training."""
    found = client.get_experiment_by_name(name)
    experiment_id = found.experiment_id if found else client.create_experiment(name)
    client.set_experiment_tag(experiment_id, "mlflow.experimentKind", "custom_model_development")
    return str(experiment_id)


def _known_keys(client: "MlflowClient", experiment_id: str) -> set[str]:
    """Keys of the whole imports; a run that an interrupted import left is removed."""
    keys: set[str] = set()
    token: str | None = None
    while True:
        query = "tags.`chipbench.kind` = 'reference'"
        page = client.search_runs([experiment_id], query, max_results=1000, page_token=token)
        for run in page:
            key = run.data.tags[f"{TAG_PREFIX}key"]
            if run.info.status != "FINISHED" or key in keys:
                client.delete_run(run.info.run_id)
            else:
                keys.add(key)
        token = page.token
        if not token:
            return keys


def _create(client: "MlflowClient", experiment_id: str, run: PublishedRun) -> None:
    from mlflow.entities import Metric, Param, RunTag

    tags = {f"{TAG_PREFIX}{name}": value for name, value in run.tags.items()}
    tags[f"{TAG_PREFIX}key"] = run.key
    tags["mlflow.note.content"] = (
        f"Published: {run.tags['source']}. Printed: {run.tags['printed']}."
    )
    created = client.create_run(
        experiment_id,
        _PUBLISHED_MS,
        tags={f"{TAG_PREFIX}kind": "reference", f"{TAG_PREFIX}key": run.key},
        run_name=run.name,
    )
    values = [Metric(name, value, _PUBLISHED_MS, 0) for name, value in run.metrics.items()]
    for epoch, epoch_values in run.epochs.items():
        values += [Metric(n, v, _PUBLISHED_MS, epoch) for n, v in epoch_values.items()]
    client.log_batch(
        created.info.run_id,
        metrics=values,
        params=[Param(name, value) for name, value in run.params.items()],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    client.set_terminated(created.info.run_id, "FINISHED", _PUBLISHED_MS)
