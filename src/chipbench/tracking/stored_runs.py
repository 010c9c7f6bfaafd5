"""Reading runs back from a tracking store."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.measure.recorded_run import RecordedRun, SeriesPoint
from chipbench.tracking.address import is_server
from chipbench.tracking.client import PAGE, pages
from chipbench.tracking.sqlite_file import SqliteFile, UnusualError
from chipbench.tracking.store import Store
from chipbench.tracking.store_errors import asking

if TYPE_CHECKING:
    from mlflow import MlflowClient

_READ = "read the tracking store"
#: With which the file alone does not answer.
_UNUSUAL = (UnusualError, sqlite3.Error, OSError, ValueError)
_Answer = TypeVar("_Answer")
_TOGETHER = 8


class Reader(Protocol):
    """What reads a store."""

    def experiments(self) -> Mapping[str, str]:
        """Those that are not deleted, newest first: id by name."""
        ...

    def runs(self, experiments: Sequence[str]) -> Sequence[RecordedRun]:
        """The runs of these experiments that are not deleted, newest first."""
        ...

    def histories(self, wanted: Sequence[tuple[str, str]]) -> Sequence[Sequence[SeriesPoint]]:
        """The points of metrics, each named by its run's id and its own name."""
        ...


class StoredRuns:
    """The runs of one store. Its methods raise UnsupportedBenchmark if that does not answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file: SqliteFile | None = None
        self._client: _Client | None = None
        with suppress(*_UNUSUAL):
            self._file = SqliteFile(store.uri)
            return
        self._client = self._connected()

    def read(self, experiments: Sequence[str] | None) -> list[RecordedRun]:
        """All runs of the named MLflow experiments (None: all), other programs' too.

        What is there twice, such as published results that were imported into two experiments, is
        one run. Raises ConfigurationError for an experiment that is not there.
        """
        return self._asked(
            lambda reader: once(reader.runs(_ids(reader.experiments(), experiments)))
        )

    def histories(self, wanted: Sequence[tuple[str, str]]) -> list[list[SeriesPoint]]:
        """The points of metrics, by step, each named by its run's id and its own name."""
        return self._asked(lambda reader: [*map(sorted, reader.histories(wanted))])

    def _asked(self, ask: Callable[[Reader], _Answer]) -> _Answer:
        """What the file alone answers, or MLflow where it does not."""
        if self._client is None and self._file is not None:
            with suppress(*_UNUSUAL):
                return ask(self._file)
        if self._client is None:
            self._client = self._connected()
        with asking(_READ, UnsupportedBenchmark):
            return ask(self._client)

    def _connected(self) -> "_Client":
        with asking(_READ, UnsupportedBenchmark):
            return _Client(self._store.client())


class _Client:
    """MLflow's client as a reader."""

    def __init__(self, client: "MlflowClient") -> None:
        self._client = client

    def experiments(self) -> Mapping[str, str]:
        search = self._client.search_experiments
        found = pages(lambda token: search(max_results=PAGE, page_token=token))
        return {experiment.name: experiment.experiment_id for experiment in found}

    def runs(self, experiments: Sequence[str]) -> Sequence[RecordedRun]:
        address = str(self._client.tracking_uri)
        if is_server(address):
            from chipbench.tracking.server_runs import server_runs

            return server_runs(address, experiments)
        from chipbench.tracking.database_runs import database_runs

        return database_runs(address, experiments)

    def histories(self, wanted: Sequence[tuple[str, str]]) -> Sequence[Sequence[SeriesPoint]]:
        """Of a server that gives no list several at a time: it takes 0.05 s for each, asleep."""
        address = str(self._client.tracking_uri)
        if is_server(address):
            from chipbench.tracking.server_runs import server_histories

            listed = server_histories(address, wanted)
            if listed is not None:
                return listed
        with ThreadPoolExecutor(_TOGETHER) as pool:
            return [*pool.map(self._history, wanted)]

    def _history(self, wanted: tuple[str, str]) -> Sequence[SeriesPoint]:
        points = self._client.get_metric_history(*wanted)
        return [(point.step, point.value, point.timestamp) for point in points]


def _ids(known: Mapping[str, str], names: Sequence[str] | None) -> list[str]:
    for name in names or ():
        if name not in known:
            raise ConfigurationError(
                f"experiments={name}: no such MLflow experiment; there are {', '.join(known)}"
            )
    return list(known.values()) if names is None else [known[name] for name in names]


def once(runs: Sequence[RecordedRun]) -> list[RecordedRun]:
    """`runs` without those that another has the key of: one that finished stays, else the first."""
    chosen: dict[str, RecordedRun] = {}
    for run in runs:
        key = run.tags.get(tags.KEY, run.run_id)
        other = chosen.setdefault(key, run)
        if (run.status != "FINISHED", run.run_id) < (other.status != "FINISHED", other.run_id):
            chosen[key] = run
    return list(chosen.values())
