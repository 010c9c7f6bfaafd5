"""A run, sweep or suite that is killed: who writes it, its runs, and what still delivers them."""

import time
from contextlib import suppress
from pathlib import Path

import psutil
from mlflow import MlflowClient
from mlflow.entities import Run

from chipbench.tracking.database_file import address_of


def runs_of(folder: Path) -> tuple[Run, list[Run]]:
    """The parent and its children."""
    client = MlflowClient(address_of(folder / "mlflow.db"))
    runs = client.search_runs([e.experiment_id for e in client.search_experiments()])
    (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    children = [run for run in runs if run is not parent]
    assert {r.data.tags["mlflow.parentRunId"] for r in children} <= {parent.info.run_id}
    return parent, children


def wait_for_delivery(folder: Path) -> None:
    """Until what a killed sweep had recorded is delivered, and its run closed."""
    deadline_s = time.monotonic() + 200
    while any(
        "delivery_process" in line and str(folder) in line
        for process in psutil.process_iter(["cmdline"])
        for line in [" ".join(process.info["cmdline"] or [])]
    ):
        assert time.monotonic() < deadline_s, "the sweep's delivery does not end"
        time.sleep(0.1)


def writer_of(folder: Path, run: str) -> psutil.Process:
    """The process of the run below `folder` whose own folder is `run`: it alone writes there."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            for file in process.open_files():
                mine = file.path.startswith(str(folder)) and file.mode != "r"
                if mine and file.path.endswith(f"/{run}/journal.jsonl"):
                    return process
    raise AssertionError(f"nothing writes the journal of {run}")


def attempts_in(folder: Path) -> list[str]:
    """Every attempt of every job, as its folder is called."""
    return sorted(path.name for path in folder.glob("outputs/*/*/jobs/*"))
