"""A SQLite store that is as this MLflow makes it, read without MLflow, whose import takes longer.

What is unusual about a store is left to MLflow, which knows what is wrong: no file, one that is
locked or damaged, the tables of another version.
"""

import json
import math
import os
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path

from chipbench.measure.frozen_params import FrozenParams
from chipbench.measure.recorded_run import RecordedRun, SeriesPoint
from chipbench.tracking.shared_texts import SharedTexts

_ADDRESS = re.compile(r"sqlite:///([^?%]*[^?%/])")
_REVISION = re.compile(r"^(down_)?revision\b[^=\n]*=\s*[\"'](\w+)", re.MULTILINE)
_MIGRATIONS = Path("store", "db_migrations", "versions")
_WORKSPACES = ("MLFLOW_ENABLE_WORKSPACES", "MLFLOW_WORKSPACE")
#: Runs as `database_runs` has them; the two questions after it are of these.
_RUNS = """
    select run_uuid, name, status, start_time from runs
    where lifecycle_stage = 'active' and experiment_id in ({})
    order by start_time desc, run_uuid"""
_OF_RUNS = """
    where run_uuid in (
        select run_uuid from runs where lifecycle_stage = 'active' and experiment_id in ({}))"""
#: A row a run, in which SQLite has collected what it has 50 rows of.
_TEXTS = "select run_uuid, json_group_object(key, value) from {} {} group by run_uuid"
_METRICS = "select run_uuid, key, value, is_nan from latest_metrics {}"


class UnusualError(Exception):
    """MLflow has to look at this store."""


class SqliteFile:
    """A store's file. Its methods raise UnusualError or sqlite3.Error where MLflow has to look."""

    def __init__(self, address: str) -> None:
        named = _ADDRESS.fullmatch(address)
        if named is None or any(os.environ.get(name) for name in _WORKSPACES):
            raise UnusualError
        self._path = Path(named[1]).absolute()
        if not self._path.is_file():
            raise UnusualError
        with self._open() as database:
            _check(database)

    def experiments(self) -> dict[str, str]:
        """Those that are not deleted, newest first: id by name."""
        query = """
            select name, experiment_id from experiments where lifecycle_stage = 'active'
            order by creation_time desc, experiment_id"""
        with self._open() as database:
            return {name: str(number) for name, number in database.execute(query)}

    def runs(self, experiments: Sequence[str]) -> list[RecordedRun]:
        """The runs of these experiments that are not deleted, newest first."""
        with self._open() as database:
            return _read(database, ",".join(str(int(number)) for number in experiments))

    def histories(self, wanted: Sequence[tuple[str, str]]) -> list[list[SeriesPoint]]:
        """The points of metrics, each named by its run's id and its own name."""
        query = "select step, value, timestamp, is_nan from metrics where run_uuid = ? and key = ?"
        with self._open() as database:
            return [
                [
                    (step, math.nan if is_nan else value, time_ms)
                    for step, value, time_ms, is_nan in database.execute(query, run_and_metric)
                ]
                for run_and_metric in wanted
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, read alone; whoever writes it is waited for by MLflow's way of reading."""
        address = f"{self._path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, timeout=0, uri=True)) as database:
            yield database


def _check(database: sqlite3.Connection) -> None:
    """Raise UnusualError unless this MLflow would take the file as it is."""
    if [row[0] for row in database.execute("select * from alembic_version")] != _heads():
        raise UnusualError
    columns = {row[1] for row in database.execute("pragma table_info(experiments)")}
    elsewhere = "select 1 from experiments where workspace != 'default'"
    if "workspace" in columns and database.execute(elsewhere).fetchone():
        raise UnusualError


def _heads() -> list[str]:
    """The version that this MLflow's tables have: the migration that no other follows."""
    package = find_spec("mlflow")
    if package is None or package.origin is None:
        raise UnusualError
    folder = Path(package.origin).parent / _MIGRATIONS
    found = [
        named
        for path in folder.glob("*.py")
        for named in _REVISION.findall(path.read_text("utf-8"))
    ]
    earlier = {name for down, name in found if down}
    return [name for down, name in found if not down and name not in earlier]


def _read(database: sqlite3.Connection, experiments: str) -> list[RecordedRun]:
    texts, of_runs = SharedTexts(), _OF_RUNS.format(experiments)
    runs = database.execute(_RUNS.format(experiments)).fetchall()
    tags = {
        run_id: {name: texts.one(value or "") for key, value in own if (name := texts.tag(key))}
        for run_id, text in database.execute(_TEXTS.format("tags", of_runs))
        if (own := json.loads(text).items())
    }
    params = _params(database.execute(_TEXTS.format("params", of_runs)), texts)
    metrics: dict[str, dict[str, float]] = defaultdict(dict)
    for run_id, key, value, is_nan in database.execute(_METRICS.format(of_runs)):
        metrics[run_id][texts.one(key)] = math.nan if is_nan else value
    none = FrozenParams()
    return [
        texts.run(row, tags.get(row[0], {}), params.get(row[0], none), metrics.get(row[0], {}))
        for row in runs
    ]


def _params(rows: Iterator[tuple[str, str]], texts: SharedTexts) -> Mapping[str, FrozenParams]:
    """By run; what is said in the same words is read once."""
    read: dict[str, FrozenParams] = {}
    found = {}
    for run_id, text in rows:
        if text not in read:
            read[text] = texts.params(json.loads(text))
        found[run_id] = read[text]
    return found
