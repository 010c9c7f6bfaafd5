"""Servers that several tests share; each test file has its own experiments on them.

MLflow is imported where it is used: the process that only hands out tests does without.
"""

import shutil
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from support.sharing import SharedServer, shared
from support.tracking_server import END_POSTGRES, Postgres, TrackingServer, postgres_programs


@pytest.fixture(scope="session")
def postgres(session_folder: Path) -> Postgres:
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    pytest.importorskip("psycopg2", reason="the extra `server` is not installed")

    def start(folder: Path) -> SharedServer:
        server = Postgres()
        return SharedServer(server.start(folder), server.port, END_POSTGRES)

    return Postgres(shared(session_folder, "postgres", start).port)


@pytest.fixture(scope="session")
def new_database(postgres: Postgres, session_folder: Path) -> Callable[[], str]:
    """Makes a PostgreSQL database with MLflow's tables, which take seconds to make anew."""
    made = session_folder / "database_made"
    with FileLock(f"{made}.lock"):
        if not made.exists():
            from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

            store = SqlAlchemyStore(postgres.database("made"), str(session_folder / "artifacts"))
            store.engine.dispose()  # nobody may use a database that is copied
            made.touch()
    return lambda: postgres.database(f"copy_{uuid.uuid4().hex}", "made")


def shared_tracking_server(
    folder: Path, name: str, database: Callable[[Path], str], login: bool = False
) -> TrackingServer:
    """The `mlflow server` of that name; `database` makes its database, in a folder if need be."""

    def start(files: Path) -> SharedServer:
        server = TrackingServer(files, database(files), login)
        return SharedServer(server.start(), server.port)

    port = shared(folder, name, start).port
    return TrackingServer(folder / name, "", login, port)


@pytest.fixture(scope="session")
def server(session_folder: Path, new_database: Callable[[], str]) -> TrackingServer:
    """A tracking server without a login, on PostgreSQL; nobody kills it."""
    return shared_tracking_server(session_folder, "server", lambda _: new_database())


@pytest.fixture(scope="session")
def login_server(session_folder: Path, empty_database: Path) -> TrackingServer:
    """A tracking server that lets in USER with PASSWORD; nobody kills it."""

    def database(folder: Path) -> str:
        return f"sqlite:///{shutil.copy(empty_database, folder / 'store.db')}"

    return shared_tracking_server(session_folder, "login_server", database, login=True)


@pytest.fixture(scope="session")
def empty_database(session_folder: Path) -> Path:
    """A SQLite store that MLflow has made its tables in, which takes seconds."""
    path = session_folder / "empty_store.db"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            from mlflow import MlflowClient

            unfinished = path.with_suffix(".unfinished")
            MlflowClient(f"sqlite:///{unfinished}").search_experiments()
            _copy(unfinished, path)
    return path


@pytest.fixture(scope="session")
def published_database(session_folder: Path, empty_database: Path) -> Path:
    """A SQLite store with the published results."""
    path = session_folder / "published_store.db"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            from chipbench.config.compose import compose_config
            from chipbench.reference import reference

            unfinished = shutil.copy(empty_database, path.with_suffix(".unfinished"))
            words = [f"tracking.uri=sqlite:///{unfinished}", "output_dir=none"]
            reference(compose_config("reference", words))
            _copy(unfinished, path)
    return path


@pytest.fixture
def made_store(empty_database: Path, tmp_path: Path) -> Path:
    """`mlflow.db` in the test's own folder, where its runs are recorded."""
    return Path(shutil.copy(empty_database, tmp_path / "mlflow.db"))


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> str:
    """The address of a SQLite store of the test's own."""
    return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'store.db')}"


def _copy(unfinished: Path, path: Path) -> None:
    """SQLite's own copy leaves out nothing that is still in a log beside the file."""
    with (
        closing(sqlite3.connect(unfinished)) as made,
        closing(sqlite3.connect(f"{path}.copy")) as copy,
    ):
        made.backup(copy)
    Path(f"{path}.copy").rename(path)
