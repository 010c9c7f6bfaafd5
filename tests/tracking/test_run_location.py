"""What is said of a run's delivery: every command in it finds the run, and works here."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chipbench.config.options import project_dir
from chipbench.tracking.delivery_state import DeliveryState
from chipbench.tracking.run_location import delivered
from chipbench.tracking.store import Store

SERVER, FILE = "https://mlflow.example.org", "sqlite:////elsewhere/runs.db"
PROJECT = f"sqlite:///{project_dir() / 'mlflow.db'}"


def said(folder: Path, uri: str, state: DeliveryState) -> str:
    recorder: Any = SimpleNamespace(
        folder=folder, store=Store(uri, folder, 5.0, 60.0), unwritten=0, drain=lambda: state
    )
    return delivered(recorder)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that is not the project's, where `python` is another environment's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("chipbench.ground.invocation.sys.executable", str(tmp_path / "v/bin/py"))


@pytest.mark.parametrize(
    ("folder", "uri", "command"),
    [
        ("outputs/2026-01-31/10-00-00", PROJECT, "v/bin/py -m chipbench.sync"),
        ("outputs/2026-01-31/10-00-00", SERVER, "v/bin/py -m chipbench.sync"),
        ("/tmp/run", PROJECT, "v/bin/py -m chipbench.sync journals=/tmp/run"),
        ("outputs/a", FILE, f"v/bin/py -m chipbench.sync tracking.uri={FILE}"),
        ("/a b/run", FILE, f"v/bin/py -m chipbench.sync 'journals=/a b/run' tracking.uri={FILE}"),
    ],
)
def test_what_waits_is_found_by_the_command_that_is_named(
    folder: str, uri: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", SERVER)
    line = said(Path(folder), uri, DeliveryState(waiting=3, error="away"))
    assert line == f"3 records wait in {folder} (away); deliver with `{command}`"


PAGE = "#/experiments/1/runs/abc?workflowType=machine_learning"
HERE = f"http://127.0.0.1:5000/{PAGE}"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        (SERVER, f"{SERVER}/{PAGE}"),
        (FILE, f"`v/bin/py -m mlflow ui --backend-store-uri {FILE}` shows it at {HERE}"),
        (PROJECT, f"`v/bin/py -m mlflow ui --backend-store-uri {PROJECT}` shows it at {HERE}"),
    ],
)
def test_what_shows_the_run_is_named_as_it_works_here(uri: str, shown: str) -> None:
    state = DeliveryState(run_id="abc", url=PAGE, closed=True)
    assert said(Path("outputs"), uri, state).endswith(f"; {shown}")


def test_make_ui_is_named_in_the_project_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project_dir())
    state = DeliveryState(run_id="abc", url=PAGE, closed=True)
    assert said(Path("outputs"), PROJECT, state).endswith(f"`make ui` shows it at {HERE}")
