"""Servers that several tests share; each test file has its own experiments on them."""

import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from mlflow import MlflowClient
from support.tracking_server import Postgres, TrackingServer, postgres_programs


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    if postgres_programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    pytest.importorskip("psycopg2", reason="the extra `server` is not installed")
    server = Postgres(tmp_path_factory.mktemp("postgres") / "server")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def start_server(
    postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., TrackingServer]]:
    """Start a `mlflow server` with a PostgreSQL database of its own."""
    started: list[TrackingServer] = []

    def start(login: bool = False) -> TrackingServer:
        folder = tmp_path_factory.mktemp("server")
        database = postgres.database(f"mlflow_{uuid.uuid4().hex}")
        server = TrackingServer(folder, database, login)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., TrackingServer]) -> TrackingServer:
    """A tracking server without a login; nobody kills it."""
    return start_server()


@pytest.fixture(scope="session")
def empty_database(session_folder: Path) -> Path:
    """A SQLite store that MLflow has made its tables in, which takes seconds."""
    path = session_folder / "empty_store.db"
    with FileLock(f"{path}.lock"):
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            MlflowClient(f"sqlite:///{unfinished}").search_experiments()
            # A copy that SQLite closes leaves out nothing that is still in a log beside the file.
            with (
                closing(sqlite3.connect(unfinished)) as made,
                closing(sqlite3.connect(f"{unfinished}.copy")) as copy,
            ):
                made.backup(copy)
            Path(f"{unfinished}.copy").rename(path)
    return path


@pytest.fixture
def made_store(empty_database: Path, tmp_path: Path) -> Path:
    """`mlflow.db` in the test's own folder, where its runs are recorded."""
    return Path(shutil.copy(empty_database, tmp_path / "mlflow.db"))


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> str:
    """The address of a SQLite store of the test's own."""
    return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'store.db')}"
