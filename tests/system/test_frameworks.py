"""One training by every framework, in one command, and the table that `compare` makes of it."""

import csv
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.checkouts import checkout

from chipbench import hardware

pytestmark = [
    # Keras is not imported yet there, so that each job has the one that it asks for.
    pytest.mark.usefixtures("other_frameworks"),
    pytest.mark.timeout(600),
    pytest.mark.first,
]
INSTALLED = [name for name in hardware.TITLES if find_spec(name)]


def run_project(project: Path, store: Path, entry: str, *parameters: str) -> str:
    """What `mlflow run` says of an entry point that ends well."""
    command = [sys.executable, "-m", "mlflow", "run", str(project), "--env-manager", "local"]
    words = [word for parameter in parameters for word in ("-P", parameter)]
    ended = subprocess.run(
        [*command, "-e", entry, *words],
        env=os.environ | {"MLFLOW_TRACKING_URI": f"sqlite:///{store}"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


@pytest.mark.skipif(len(INSTALLED) < 2, reason="one framework alone")
def test_a_sweep_over_the_frameworks_is_a_line_of_the_comparison(
    made_store: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    checkout(project)
    small = ("dataset=digits", "dataset.max_examples=96", "epochs=1", "optimizer=sgd")
    small += ("batch_size=96", "machine.accelerator=cpu")
    swept = run_project(project, made_store, "sweep", f"backend={','.join(INSTALLED)}", *small)
    assert f"{len(INSTALLED)} of {len(INSTALLED)} jobs done" in swept
    run_project(project, made_store, "compare", f"hydra.run.dir={tmp_path}")
    table = (tmp_path / "report.md").read_text().partition("## Same machine, same model, ")[2]
    head = table.partition("\n## ")[0]
    assert all(f" {hardware.TITLES[name]} |" in head for name in INSTALLED)
    with (tmp_path / "comparison_frameworks.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [row["backend"] for row in rows] == INSTALLED
    assert {row["batch_size"] for row in rows} == {"96"}
    assert {row["baseline"] for row in rows} == {INSTALLED[0]}
