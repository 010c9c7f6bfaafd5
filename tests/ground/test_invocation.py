"""Messages name the command that works in the environment that they are said in."""

import sys
from pathlib import Path

import pytest

from chipbench.ground.invocation import as_here, command, mlflow_run, module


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/a/chipbench/.venv", "mlflow run . --env-manager local -e sync"),
        ("/opt/conda", "mlflow run . --env-manager local -e sync"),
        ("/opt/conda/envs/mlflow-0123abcd", "mlflow run . -e sync"),
    ],
)
def test_conda_is_asked_for_where_mlflow_made_the_environment(
    prefix: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    assert mlflow_run("-e", "sync") == command
    assert as_here("or `mlflow run . -e sync`.") == f"or `{command}`."


def test_a_command_is_given_as_this_process_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert command("sync") == "python -m chipbench.sync"
    assert command("sync", "journals=a b") == "python -m chipbench.sync 'journals=a b'"
    monkeypatch.setenv("MLFLOW_RUN_ID", "0123")
    monkeypatch.setattr(sys, "prefix", "/opt/conda/envs/mlflow-0123abcd")
    assert command("sync", "journals=a b") == "mlflow run . -e sync -P 'journals=a b'"


def test_an_environment_that_is_not_on_the_path_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    assert module("mlflow") == f"{sys.executable} -m mlflow"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert module("mlflow") == ".venv/bin/python -m mlflow"
