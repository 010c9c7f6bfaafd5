"""Reading runs back from a tracking store."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.typed import encodable
from chipbench.measure.recorded_run import RecordedRun
from chipbench.tracking.client import PAGE, pages
from chipbench.tracking.reason import asking
from chipbench.tracking.store import Store

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

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
            return once([_recorded(run) for run in _runs(self._client, ids)])

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


def _runs(client: "MlflowClient", ids: list[str]) -> "Iterator[Run]":
    return pages(lambda token: client.search_runs(ids, max_results=PAGE, page_token=token))


def once(runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    """`runs` without those that another has the key of: one that finished stays, else the first."""
    chosen: dict[str, RecordedRun] = {}
    for run in runs:
        key = run.tags.get(tags.KEY, run.run_id)
        other = chosen.setdefault(key, run)
        if (run.status != "FINISHED", run.run_id) < (other.status != "FINISHED", other.run_id):
            chosen[key] = run
    return list(chosen.values())


def _recorded(run: "Run") -> RecordedRun:
    return RecordedRun(
        run_id=run.info.run_id,
        name=encodable(run.info.run_name or run.info.run_id),
        status=run.info.status,
        start_ms=run.info.start_time or 0,
        tags={
            encodable(key.removeprefix(tags.PREFIX)): encodable(value)
            for key, value in run.data.tags.items()
            if key.startswith(tags.PREFIX)
        },
        params={encodable(key): encodable(value) for key, value in run.data.params.items()},
        metrics=run.data.metrics,
    )
