"""The project as users start it: `mlflow run .` and the module, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.checkouts import checkout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout of the test's own."""
    folder = tmp_path / "project"
    folder.mkdir()
    checkout(folder)
    return folder


@pytest.fixture
def environment(made_store: Path, project: Path) -> dict[str, str]:
    """An environment whose store and cache are the test's own."""
    own = {
        "PYTHONPATH": str(project / "src"),
        "MLFLOW_TRACKING_URI": f"sqlite:///{made_store}",
    }
    return os.environ | own


Done = subprocess.CompletedProcess


def run_project(environment: dict[str, str], project: Path, *parameters: str) -> Done:
    command = [sys.executable, "-m", "mlflow", "run", str(project), "--env-manager", "local"]
    words = [word for parameter in parameters for word in ("-P", parameter)]
    return subprocess.run(
        [*command, *words], env=environment, capture_output=True, text=True, check=False
    )


def run_module(environment: dict[str, str], project: Path, *words: str) -> Done:
    command = [sys.executable, "-m", "chipbench.train", *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, cwd=project
    )


def statuses(environment: dict[str, str]) -> list[str]:
    client = MlflowClient(environment["MLFLOW_TRACKING_URI"])
    experiments = [e.experiment_id for e in client.search_experiments()]
    return [run.info.status for run in client.search_runs(experiments)]


def test_mlflow_run_records_in_the_experiment_that_make_run_does(
    environment: dict[str, str], project: Path
) -> None:
    small = ("dataset=digits", "dataset.max_examples=192", "epochs=2", "batch_size=64")
    done = run_project(environment, project, *small)
    assert done.returncode == 0, done.stderr
    assert "tinyvgg_digits on" in done.stdout
    client = MlflowClient(environment["MLFLOW_TRACKING_URI"])
    (made,) = client.search_runs(["0"])  # where nobody placed it
    experiment = client.get_experiment_by_name("chipbench")
    (run,) = client.search_runs([experiment.experiment_id])
    assert (made.info.run_name, made.info.status) == ("train", "FINISHED")
    assert made.data.tags["chipbench.duplicate_of"] == run.info.run_id
    assert run.info.status == "FINISHED"
    assert run.data.params["batch_size"] == "64"
    assert len(client.get_metric_history(run.info.run_id, "epoch_time_s")) == 2
    assert not {"mlflow.user", "mlflow.source.name"} & {*run.data.tags, *made.data.tags}
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
    parameters: tuple[str, ...], environment: dict[str, str], project: Path
) -> None:
    done = run_project(environment, project, *parameters)
    assert done.returncode == 1
    assert "chipbench: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(project.rglob("pwned*"))
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
    words: list[str], code: int, message: str, environment: dict[str, str], project: Path
) -> None:
    done = run_module(environment, project, *words)
    assert done.returncode == code
    lines = [line for line in done.stderr.splitlines() if line.startswith("chipbench: ")]
    assert len(lines) == 1 and message in lines[0]
    assert "Traceback" not in done.stderr


@pytest.mark.first
@pytest.mark.usefixtures("cold")
def test_each_step_is_announced_and_libraries_are_quiet(
    environment: dict[str, str], project: Path
) -> None:
    environment["CHIPBENCH_CACHE"] += "/announced"
    done = run_module(environment, project, "dataset=digits", "epochs=1", "tracking=none")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        "starting TensorFlow …",
        "loading the data set digits (bundled) …",
        "trying optimizer=adam on the CPU, once for this software …",
        "training 1 x 1,437 images …",
    ]
