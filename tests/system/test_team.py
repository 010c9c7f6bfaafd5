"""`add_user.py` of conf/server: who it makes, and what it says where it cannot."""

import runpy
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from support.checkouts import PROJECT
from support.tracking_server import PASSWORD, USER, TrackingServer, free_port

ADD_USER = PROJECT / "conf" / "server" / "add_user.py"
EXPERIMENT = "team"


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
