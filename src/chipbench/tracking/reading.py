"""Reading runs back from a tracking store."""

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.measure.recorded_run import RecordedRun
from chipbench.tracking.recorder import TAG_PREFIX
from chipbench.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

_PAGE = 1000


def client_of(store: Store) -> "MlflowClient":
    """MLflow's client of `store`."""
    os.environ.update(store.environment())
    from mlflow import MlflowClient

    return MlflowClient(store.uri)


def read_runs(client: "MlflowClient", experiments: Sequence[str] | None) -> list[RecordedRun]:
    """All runs of the named MLflow experiments (None: all), other programs' too.

    Raises ConfigurationError for an experiment that is not there, UnsupportedBenchmark if the
    store does not answer.
    """
    from mlflow.exceptions import MlflowException

    try:
        ids = _experiment_ids(client, experiments)
        return list(_pages(client, ids))
    except (MlflowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise UnsupportedBenchmark(
            f"cannot read the tracking store ({reason}): check tracking.uri and that it runs"
        ) from error


def _experiment_ids(client: "MlflowClient", names: Sequence[str] | None) -> list[str]:
    known = {e.name: e.experiment_id for e in client.search_experiments()}
    if names is None:
        return list(known.values())
    for name in names:
        if name not in known:
            raise ConfigurationError(
                f"experiments={name}: no such MLflow experiment; there are {', '.join(known)}"
            )
    return [known[name] for name in names]


def _pages(client: "MlflowClient", ids: list[str]) -> Iterable[RecordedRun]:
    token: str | None = None
    while True:
        page = client.search_runs(ids, max_results=_PAGE, page_token=token)
        for run in page:
            yield RecordedRun(
                run_id=run.info.run_id,
                name=run.info.run_name or run.info.run_id,
                status=run.info.status,
                start_ms=run.info.start_time or 0,
                tags={
                    key.removeprefix(TAG_PREFIX): value
                    for key, value in run.data.tags.items()
                    if key.startswith(TAG_PREFIX)
                },
                params=run.data.params,
                metrics=run.data.metrics,
            )
        token = page.token
        if not token:
            return


def history(client: "MlflowClient", run_id: str, metric: str) -> list[tuple[int, float, int]]:
    """A metric's points: step, value, Unix time in milliseconds."""
    points = client.get_metric_history(run_id, metric)
    return sorted((point.step, point.value, point.timestamp) for point in points)
