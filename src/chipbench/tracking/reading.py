"""Reading runs back from a tracking store."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.measure.recorded_run import RecordedRun
from chipbench.tracking.address import is_server
from chipbench.tracking.client import PAGE, pages
from chipbench.tracking.reason import asking
from chipbench.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient

_READ = "read the tracking store"


class StoredRuns:
    """The runs of one store. Its methods raise UnsupportedBenchmark if that does not answer."""

    def __init__(self, store: Store) -> None:
        with asking(_READ, UnsupportedBenchmark):
            self._client = store.client()

    def read(self, experiments: Sequence[str] | None) -> list[RecordedRun]:
        """All runs of the named MLflow experiments (None: all), other programs' too.

        What is there twice, such as published results that were imported into two experiments, is
        one run. Raises ConfigurationError for an experiment that is not there.
        """
        with asking(_READ, UnsupportedBenchmark):
            ids = _experiment_ids(self._client, experiments)
            return once(_runs(str(self._client.tracking_uri), ids))

    def history(self, run_id: str, metric: str) -> list[tuple[int, float, int]]:
        """A metric's points: step, value, Unix time in milliseconds."""
        with asking(_READ, UnsupportedBenchmark):
            points = self._client.get_metric_history(run_id, metric)
            return sorted((point.step, point.value, point.timestamp) for point in points)


def _experiment_ids(client: "MlflowClient", names: Sequence[str] | None) -> list[str]:
    found = pages(lambda token: client.search_experiments(max_results=PAGE, page_token=token))
    known = {experiment.name: experiment.experiment_id for experiment in found}
    if names is None:
        return list(known.values())
    for name in names:
        if name not in known:
            raise ConfigurationError(
                f"experiments={name}: no such MLflow experiment; there are {', '.join(known)}"
            )
    return [known[name] for name in names]


def _runs(address: str, experiments: Sequence[str]) -> Sequence[RecordedRun]:
    if is_server(address):
        from chipbench.tracking.server_runs import server_runs

        return server_runs(address, experiments)
    from chipbench.tracking.database_runs import database_runs

    return database_runs(address, experiments)


def once(runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    """`runs` without those that another has the key of: one that finished stays, else the first."""
    chosen: dict[str, RecordedRun] = {}
    for run in runs:
        key = run.tags.get(tags.KEY, run.run_id)
        other = chosen.setdefault(key, run)
        if (run.status != "FINISHED", run.run_id) < (other.status != "FINISHED", other.run_id):
            chosen[key] = run
    return list(chosen.values())
