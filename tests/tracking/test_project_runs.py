"""What `mlflow run` left in which nothing was recorded is removed, and nothing else."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import PERMISSION_DENIED

from chipbench.ground import tags
from chipbench.ground.tags import stored
from chipbench.tracking import project_runs
from chipbench.tracking.project_runs import ProjectRuns

MADE = {
    "mlflow.source.type": "PROJECT",
    "mlflow.project.entryPoint": "doctor",
    "mlflow.user": getuser(),
    "mlflow.source.name": "/home/somebody/chipbench",
}


@pytest.fixture
def client(made_store: Path, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    """Of the project's own store, beside which no `mlflow run` goes on."""
    monkeypatch.setattr(project_runs, "project_dir", lambda: made_store.parent)
    monkeypatch.setattr(project_runs, "_mlflow_runs", lambda: False)
    return MlflowClient(f"sqlite:///{made_store}")


def left(client: MlflowClient, start_ms: int | None = None, **changes: str) -> str:
    known = MADE | {key.replace("__", "."): value for key, value in changes.items()}
    return str(client.create_run("0", start_ms, known, "calm-crow-7").info.run_id)


def state(client: MlflowClient, run_id: str) -> tuple[str, str]:
    info = client.get_run(run_id).info
    return info.lifecycle_stage, info.status


def test_an_abandoned_run_is_removed(client: MlflowClient) -> None:
    run_id = left(client)
    ProjectRuns(client).remove_leftovers()
    assert state(client, run_id) == ("deleted", "KILLED")
    assert not {"mlflow.user", "mlflow.source.name"} & set(client.get_run(run_id).data.tags)


@pytest.mark.parametrize(
    "changes",
    [
        {"mlflow__user": "another"},
        {stored(tags.KEY).replace(".", "__"): "a journal's"},
        {"mlflow__source__type": "NOTEBOOK"},
    ],
    ids=["another user's", "a journal's", "a notebook's"],
)
def test_what_is_not_surely_ours_stays(client: MlflowClient, changes: dict[str, str]) -> None:
    run_id = left(client, **changes)
    ProjectRuns(client).remove_leftovers()
    assert state(client, run_id) == ("active", "RUNNING")


def test_a_named_run_is_removed_once_it_has_ended(client: MlflowClient) -> None:
    ended, going_on = left(client), left(client)
    for run_id in (ended, going_on):
        ProjectRuns(client).name(run_id, "doctor")
    client.set_terminated(ended, "FAILED")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(project_runs, "_mlflow_runs", lambda: True)
        ProjectRuns(client).remove_leftovers()
    assert state(client, ended) == ("deleted", "FAILED")
    assert state(client, going_on) == ("active", "RUNNING")


def test_who_may_not_delete_leaves_it_named(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = left(client)
    ProjectRuns(client).name(run_id, "doctor")
    client.set_terminated(run_id)

    def refuse(*_: object) -> None:
        raise MlflowException("no", PERMISSION_DENIED)

    monkeypatch.setattr(MlflowClient, "delete_run", refuse)
    ProjectRuns(client).remove_leftovers()
    assert client.get_run(run_id).info.run_name == "doctor"


def test_what_has_a_number_or_has_ended_stays(client: MlflowClient) -> None:
    measured, ended = left(client), left(client)
    client.log_metric(measured, "loss", 1.0)
    client.set_terminated(ended, "FAILED")
    ProjectRuns(client).remove_leftovers()
    assert state(client, measured) == ("active", "RUNNING")
    assert state(client, ended) == ("active", "FAILED")


@contextmanager
def mlflow_run(folder: Path) -> Iterator[None]:
    """What looks, among the processes, like a `mlflow run` that makes its environment."""
    program = folder / "mlflow"
    program.write_text("input()")
    command = [sys.executable, str(program), "run", "."]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        yield
        process.communicate(b"\n")


def test_while_a_mlflow_run_goes_on_nothing_is_removed(
    made_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_runs, "project_dir", lambda: made_store.parent)
    client = MlflowClient(f"sqlite:///{made_store}")
    run_id = left(client)
    with mlflow_run(tmp_path):
        ProjectRuns(client).remove_leftovers()
    assert state(client, run_id) == ("active", "RUNNING")


def test_on_a_shared_store_only_what_is_a_week_old_is_dead(
    client: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_runs, "project_dir", lambda: Path("/home/somebody/chipbench"))
    week_ms = 7 * 24 * 3_600_000
    young, old = left(client), left(client, int(time.time() * 1000) - week_ms - 1)
    elsewhere = left(client, 1_000, mlflow__source__name="/home/another/chipbench")
    ProjectRuns(client).remove_leftovers()
    assert [state(client, run)[0] for run in (young, old, elsewhere)] == [
        "active",
        "deleted",
        "active",
    ]
