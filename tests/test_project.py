"""The project as users start it: `mlflow run .` and the module, in processes of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def environment(made_store: Path) -> dict[str, str]:
    """An environment whose store and cache are the test's own."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {
        "PATH": binaries,
        "MLFLOW_TRACKING_URI": f"sqlite:///{made_store}",
    }
    return os.environ | own


@pytest.fixture(autouse=True)
def outputs_go_away() -> Iterator[None]:
    """Hydra's output folders of these runs lie in the project; keep those that were there."""
    folder = PROJECT / "outputs"
    before = set(folder.rglob("*")) if folder.exists() else set()
    yield
    new = set(folder.rglob("*")) - before if folder.exists() else set()
    for path in sorted(new, reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.exists() and not before:
        folder.rmdir()


Done = subprocess.CompletedProcess


def run_project(environment: dict[str, str], *parameters: str) -> Done:
    command = [sys.executable, "-m", "mlflow", "run", str(PROJECT), "--env-manager", "local"]
    words = [word for parameter in parameters for word in ("-P", parameter)]
    return subprocess.run(
        [*command, *words], env=environment, capture_output=True, text=True, check=False
    )


def run_module(environment: dict[str, str], *words: str) -> Done:
    command = [sys.executable, "-m", "chipbench.train", *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=PROJECT
    )


def statuses(environment: dict[str, str]) -> list[str]:
    client = MlflowClient(environment["MLFLOW_TRACKING_URI"])
    experiments = [e.experiment_id for e in client.search_experiments()]
    return [run.info.status for run in client.search_runs(experiments)]


def test_mlflow_run_joins_the_run_that_mlflow_made(environment: dict[str, str]) -> None:
    done = run_project(environment, "dataset=digits", "epochs=2", "batch_size=64")
    assert done.returncode == 0, done.stderr
    assert "tinyvgg_digits on" in done.stdout
    client = MlflowClient(environment["MLFLOW_TRACKING_URI"])
    (run,) = client.search_runs(["0"])
    assert run.info.status == "FINISHED"
    assert run.data.params["batch_size"] == "64"
    assert len(client.get_metric_history(run.info.run_id, "epoch_time_s")) == 2
    assert not {"mlflow.user", "mlflow.source.name"} & set(run.data.tags)
    experiment = client.get_experiment("0")
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"


@pytest.mark.parametrize(
    "parameters",
    [
        ("model=$(touch pwned)",),
        ("model=a; touch pwned",),
        ("overrides=$(touch pwned) batch_size=1",),
        ("overrides='unclosed",),
    ],
)
def test_no_shell_evaluates_a_value(
    parameters: tuple[str, ...], environment: dict[str, str]
) -> None:
    done = run_project(environment, *parameters)
    assert done.returncode == 1
    assert "chipbench: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(PROJECT.glob("pwned*"))
    assert statuses(environment) == ["FAILED"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["modle=tiny_vgg"], 2, "unknown modle"),
        (["batch_size=0"], 2, "batch_size=0: must be"),
        (["--overrides", "a='b"], 2, "cannot be split"),
        (["nonsense"], 2, "write key=value"),
        (["tracking.uri=nowhere"], 2, "tracking.uri=nowhere: must begin with"),
        (["output_dir=/dev/null/run"], 2, "output_dir=/dev/null/run: Not a directory"),
        (["dataset=digits", "batch_size=5000"], 2, "1437 training images"),
        (["dataset=digits", "machine.accelerator=gpu", "tracking=none"], 3, "sees no GPU"),
    ],
)
def test_exit_codes_and_one_line_messages(
    words: list[str], code: int, message: str, environment: dict[str, str]
) -> None:
    done = run_module(environment, *words)
    assert done.returncode == code
    lines = [line for line in done.stderr.splitlines() if line.startswith("chipbench: ")]
    assert len(lines) == 1 and message in lines[0]
    assert "Traceback" not in done.stderr


def test_each_step_is_announced_and_libraries_are_quiet(environment: dict[str, str]) -> None:
    environment["CHIPBENCH_CACHE"] += "/announced"
    done = run_module(environment, "dataset=digits", "epochs=1", "tracking=none")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "starting TensorFlow …",
        "loading the data set digits (bundled) …",
        "trying optimizer=adam on the CPU, once for this software …",
        "training 1 x 1,437 images …",
    ]
