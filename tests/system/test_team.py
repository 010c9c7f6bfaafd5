"""A team's user, with a login that may record in one experiment, walks the README's commands."""

import os
import runpy
import shlex
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.checkouts import PROJECT, checkout
from support.tracking_server import PASSWORD, USER, TrackingServer, free_port

ADD_USER = PROJECT / "conf" / "server" / "add_user.py"
EXPERIMENT = "team"
#: A benchmark that ends at once.
TIMED = "-P method=final_cut_manual -P export_time_s"


def as_user(uri: str, name: str, password: str) -> dict[str, str]:
    return {
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_TRACKING_USERNAME": name,
        "MLFLOW_TRACKING_PASSWORD": password,
    }


@dataclass(frozen=True)
class Said:
    """What `add_user.py` ended with."""

    code: int
    out: str
    err: str


AddUser = Callable[..., Said]


@pytest.fixture
def add_user(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> AddUser:
    """Calls it with a login and words."""
    script = runpy.run_path(str(ADD_USER))

    def call(login: Mapping[str, str], *words: str) -> Said:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", [str(ADD_USER), *words])
            patch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
            for name, value in login.items():
                patch.setenv(name, value)
            try:
                script["main"]()
                code = 0
            except SystemExit as end:
                if isinstance(end.code, str):
                    print(end.code, file=sys.stderr)
                code = end.code if isinstance(end.code, int) else 1
        return Said(code, *capfd.readouterr())

    return call


@pytest.fixture
def exported(login_server: TrackingServer, add_user: AddUser) -> dict[str, str]:
    """What the administrator's `add_user.py` tells a new user to export."""
    name = f"laptop_{uuid.uuid4().hex[:6]}"
    done = add_user(as_user(login_server.uri, USER, PASSWORD), name, EXPERIMENT)
    assert done.code == 0, done.err
    told = dict(line.split("=", 1) for line in done.out.splitlines())
    return {"MLFLOW_TRACKING_URI": login_server.uri, **told}


@pytest.fixture
def seen(exported: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[MlflowClient]:
    for name, value in exported.items():
        monkeypatch.setenv(name, value)
    yield MlflowClient(exported["MLFLOW_TRACKING_URI"])


def test_a_teams_user_records_sweeps_compares_and_delivers(
    exported: dict[str, str], seen: MlflowClient, tmp_path: Path
) -> None:
    checkout(tmp_path)
    run = f"{sys.executable} -m mlflow run . --env-manager local"
    for command in (
        f"{run} -e export {TIMED}=208",
        f"{run} -e sweep -P entry=export {TIMED}=100,200",
        f"{run} -e compare",
        f"{run} -e sync",
    ):
        done = subprocess.run(
            shlex.split(command),
            env=os.environ | exported | {"PYTHONPATH": str(tmp_path / "src")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        assert "Traceback" not in done.stderr, command
    (experiment,) = seen.search_experiments()
    assert experiment.name == EXPERIMENT, "this login sees no other"
    runs = seen.search_runs([experiment.experiment_id], max_results=1000)
    kinds = [run.data.tags.get("chipbench.kind") for run in runs]
    assert kinds.count("export") == 3 and kinds.count("comparison") == 1
    for run in runs:
        assert not {"mlflow.user", "mlflow.source.name"} & set(run.data.tags), run.data.tags
        assert run.info.status == "FINISHED"


@pytest.mark.parametrize(
    ("name", "password", "words", "said"),
    [
        (USER, "wrong", ["phone", EXPERIMENT], "the store refuses the login"),
        ("nobody", PASSWORD, ["phone", EXPERIMENT], "the store refuses the login"),
        (USER, PASSWORD, ["", EXPERIMENT], "add_user.py: "),
        (USER, PASSWORD, ["phone", ""], "add_user.py: "),
    ],
)
def test_add_user_says_in_one_line_why_not(
    login_server: TrackingServer,
    add_user: AddUser,
    name: str,
    password: str,
    words: list[str],
    said: str,
) -> None:
    done = add_user(as_user(login_server.uri, name, password), *words)
    assert done.code == 1 and said in done.err and not done.out
    assert len(done.err.splitlines()) == 1


def test_a_user_is_no_administrator(exported: dict[str, str], add_user: AddUser) -> None:
    done = add_user(exported, "friend", EXPERIMENT)
    assert done.code == 1 and "not an administrator's" in done.err


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("http://127.0.0.1:PORT", 1, "Connection refused"),
        ("sqlite:///mlflow.db", 2, "put the server's address there"),
        ("", 2, "put the server's address there"),
    ],
)
def test_add_user_waits_for_no_server_that_is_away(
    add_user: AddUser, address: str, code: int, said: str
) -> None:
    address = address.replace("PORT", str(free_port()))
    done = add_user(as_user(address, USER, PASSWORD), "phone")
    assert done.code == code and said in done.err and "Traceback" not in done.err


def test_a_name_that_is_there_already_is_told(
    login_server: TrackingServer, add_user: AddUser
) -> None:
    login = as_user(login_server.uri, USER, PASSWORD)
    first, again = (add_user(login, "tablet", EXPERIMENT) for _ in range(2))
    assert "MLFLOW_EXPERIMENT_NAME=team" in first.out
    assert again.code == 0 and not again.out
    assert "tablet is there already and keeps the password" in again.err
