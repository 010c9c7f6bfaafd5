"""All runs of a database, row by row: MLflow's own way makes ten objects of each param.

The tables are those that this MLflow describes.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from mlflow.store.db.utils import create_sqlalchemy_engine
from mlflow.store.tracking.dbmodels.models import SqlLatestMetric, SqlParam, SqlRun, SqlTag
from sqlalchemy import select

from chipbench.measure.recorded_run import RecordedRun
from chipbench.tracking.shared_texts import SharedTexts

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

_ROWS = 10_000  # that are fetched at a time
_ACTIVE = "active"


def database_runs(address: str, experiments: Sequence[str]) -> list[RecordedRun]:
    """The runs of these experiments that are not deleted, newest first."""
    create: Any = create_sqlalchemy_engine
    engine = create(address)
    try:
        with closing(engine.connect()) as connection:
            return _read(connection, [int(experiment) for experiment in experiments])
    finally:
        engine.dispose()


class _Data:
    """What a run's rows say."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.params: dict[str, str] = {}
        self.metrics: dict[str, float] = {}


def _read(connection: "Connection", experiments: Sequence[int]) -> list[RecordedRun]:
    texts = SharedTexts()
    here = SqlRun.experiment_id.in_(experiments), SqlRun.lifecycle_stage == _ACTIVE
    columns = SqlRun.run_uuid, SqlRun.name, SqlRun.status, SqlRun.start_time
    newest_first = SqlRun.start_time.desc(), SqlRun.run_uuid
    runs = list(_rows(connection, select(*columns).where(*here).order_by(*newest_first)))
    known: dict[str, _Data] = defaultdict(_Data)  # also of a run that was made meanwhile
    ids = select(SqlRun.run_uuid).where(*here)

    def rows_of(table: Any, *columns: Any) -> Iterator[Any]:
        query = select(table.run_uuid, table.key, *columns).where(table.run_uuid.in_(ids))
        return _rows(connection, query)

    for run_id, key, value in rows_of(SqlTag, SqlTag.value):
        name = texts.tag(key)
        if name is not None:
            known[run_id].tags[name] = texts.one(value or "")
    for run_id, key, value in rows_of(SqlParam, SqlParam.value):
        known[run_id].params[key] = value
    latest = SqlLatestMetric
    for run_id, key, value, is_nan in rows_of(latest, latest.value, latest.is_nan):
        known[run_id].metrics[texts.one(key)] = math.nan if is_nan else value
    return [
        texts.run(row, (own := known[row[0]]).tags, texts.params(own.params), own.metrics)
        for row in runs
    ]


def _rows(connection: "Connection", query: "Select[Any]") -> Iterator[Any]:
    return iter(connection.execution_options(yield_per=_ROWS).execute(query))
