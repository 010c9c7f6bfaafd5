"""A SQLite store is read without MLflow only where that gives what MLflow would."""

import math
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from mlflow import MlflowClient

from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.tracking.database_runs import database_runs
from chipbench.tracking.sqlite_file import SqliteFile, UnusualError
from chipbench.tracking.store import Store
from chipbench.tracking.stored_runs import StoredRuns

pytestmark = pytest.mark.usefixtures("as_in_a_process_of_its_own")

HOSTILE = "\"'\\ \n\t\x01\x7f\u2028 ü 🙂 {}[]"


@pytest.fixture
def run_id(database: str) -> str:
    """A run with texts and numbers of every kind, beside one that is like it and one of nothing."""
    client = MlflowClient(database)
    for _ in range(2):
        made = str(client.create_run("0", 1_000, {"chipbench.machine": HOSTILE}).info.run_id)
        client.log_param(made, "batch_size", 32)
        client.log_param(made, "name", HOSTILE)
        for step, value in enumerate((3.0, math.inf, 1e-300, 0.1 + 0.2)):
            client.log_metric(made, "loss", value, 1_000 - step, step)
        client.log_metric(made, "none", math.nan)
    client.create_run("0")
    return made


def stored(address: str) -> StoredRuns:
    return StoredRuns(Store(address, Path.cwd(), 5.0, 60.0))


def test_it_gives_what_mlflow_does(database: str, run_id: str) -> None:
    file, client = SqliteFile(database), MlflowClient(database)
    client.create_experiment("another")
    known = {one.name: one.experiment_id for one in client.search_experiments()}
    assert list(file.experiments().items()) == list(known.items())
    read, slowly = file.runs([*known.values()]), database_runs(database, [*known.values()])
    assert len(read) == 3 and read[0].params == {} and read[1].params is read[2].params
    assert repr(read) == repr(slowly)  # as text, in which nan is nan
    points = client.get_metric_history(run_id, "loss")
    (found,) = file.histories([(run_id, "loss")])
    assert sorted(found) == sorted((point.step, point.value, point.timestamp) for point in points)
    ((_, value, _),), nothing = file.histories([(run_id, "none"), (run_id, "nothing")])
    assert math.isnan(value) and nothing == []


@pytest.mark.usefixtures("cold")
def test_mlflow_is_not_imported(database: str, run_id: str) -> None:
    program = (
        "import sys; from pathlib import Path; from chipbench.tracking.store import Store\n"
        "from chipbench.tracking.stored_runs import StoredRuns\n"
        "stored = StoredRuns(Store(sys.argv[1], Path.cwd(), 5.0, 60.0))\n"
        "print(len(stored.read(None)), len(*stored.histories([(sys.argv[2], 'loss')])))\n"
        "print([name for name in ('mlflow', 'sqlalchemy') if name in sys.modules])"
    )
    command = [sys.executable, "-c", program, database, run_id]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert said.splitlines() == ["3 4", "[]"]


def changed(statement: str) -> Callable[[Path], object]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database:
            assert database.execute(statement).rowcount > 0
            database.commit()

    return change


UNUSUAL: dict[str, Callable[[Path], object]] = {
    "an earlier version": changed("update alembic_version set version_num = 'acf3f17fdcc7'"),
    "a later version": changed("update alembic_version set version_num = 'ffffffffffff'"),
    "no version": changed("delete from alembic_version"),
    "another's workspace": changed("update experiments set workspace = 'theirs'"),
    "no text": changed("update params set value = x'00ff'"),
    "text in no UTF-8": changed("update params set value = cast(x'ff41' as text)"),
    "no database": lambda path: path.write_text("nothing of the kind\n" * 200),
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
    "damaged": lambda path: path.write_bytes(path.read_bytes()[:8192] + b"\xff" * 400_000),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_of_an_unusual_store_mlflow_says_what_is_wrong(
    kind: str, database: str, run_id: str, tmp_path: Path
) -> None:
    if kind == "another's workspace" and not has_workspaces(database):
        pytest.skip("this MLflow has no workspaces")
    odd = Path(shutil.copy(tmp_path / "store.db", tmp_path / "odd.db"))
    UNUSUAL[kind](odd)
    address = f"sqlite:///{odd}"
    with pytest.raises((UnusualError, sqlite3.Error)):
        SqliteFile(address).runs(["0"])
    with pytest.raises(UnsupportedBenchmark, match="cannot read the tracking store") as refused:
        stored(address).read(None)
    assert "\n" not in str(refused.value)


def has_workspaces(address: str) -> bool:
    with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as database:
        return any(
            row[1] == "workspace" for row in database.execute("pragma table_info(experiments)")
        )


@pytest.mark.parametrize("address", ["{}?timeout=5", "{}.absent", "{}%20", "{}/"])
def test_an_address_that_leads_elsewhere_is_mlflows(address: str, database: str) -> None:
    with pytest.raises(UnusualError):
        SqliteFile(address.format(database))


def test_workspaces_are_mlflows(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_ENABLE_WORKSPACES", "true")
    with pytest.raises(UnusualError):
        SqliteFile(database)


@pytest.mark.parametrize("locked_first", [True, False])
def test_who_writes_is_waited_for(locked_first: bool, database: str, run_id: str) -> None:
    path = database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, check_same_thread=False)) as writer:
        runs = None if locked_first else stored(database)
        writer.execute("begin exclusive")
        clock = threading.Timer(1.0, writer.rollback)
        clock.start()
        try:
            assert len((runs or stored(database)).read(None)) == 3
        finally:
            clock.join()
