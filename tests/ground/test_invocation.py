"""Messages name the command that works in the environment that they are said in."""

import sys

import pytest

from chipbench.ground.invocation import as_here, mlflow_run


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
