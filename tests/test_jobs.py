import os
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from chipbench.errors import ConfigurationError
from chipbench.jobs import expand, run_jobs


def test_every_combination_in_the_order_given() -> None:
    assert expand(["codec=h264,prores", "seed=1", "clip=large,small"]) == [
        ["codec=h264", "seed=1", "clip=large"],
        ["codec=h264", "seed=1", "clip=small"],
        ["codec=prores", "seed=1", "clip=large"],
        ["codec=prores", "seed=1", "clip=small"],
    ]
    assert expand(["seed=range(1,4)"]) == [["seed=1"], ["seed=2"], ["seed=3"]]
    assert expand(["sizes=[1,2]"]) == [["sizes=[1,2]"]]


def test_a_wrong_job_is_refused_before_any_begins(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="unknown codec=h265"):
        run_jobs("export", ["codec=h264,h265", "tracking=none"], tmp_path)
    assert not list(tmp_path.iterdir())


def run_export(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Hand-timed exports: real runs that take no time."""
    environment = os.environ | {"MLFLOW_TRACKING_URI": f"sqlite:///{folder / 'mlflow.db'}"}
    command = [sys.executable, "-m", "chipbench.export", "method=final_cut_manual", *words]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )


def test_jobs_are_nested_runs_of_their_own(tmp_path: Path) -> None:
    done = run_export(tmp_path, "export_time_s=100", "codec=h264,prores")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 jobs done" in done.stdout
    client = MlflowClient(f"sqlite:///{tmp_path / 'mlflow.db'}")
    runs = client.search_runs([e.experiment_id for e in client.search_experiments()])
    (parent,) = [run for run in runs if run.data.tags["chipbench.kind"] == "jobs"]
    children = [run for run in runs if run is not parent]
    assert {run.data.tags["chipbench.experiment"] for run in children} == {
        "export_small_h264",
        "export_small_prores",
    }
    assert {r.data.tags["mlflow.parentRunId"] for r in children} == {parent.info.run_id}
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert len({run.info.experiment_id for run in runs}) == 1


def test_a_failed_job_is_named_and_the_others_are_done(tmp_path: Path) -> None:
    done = run_export(tmp_path, "export_time_s=100,-1,200")
    assert done.returncode == 1
    assert "2 of 3 jobs done; failed:" in done.stdout
    assert "export_time_s=-1" in done.stdout
