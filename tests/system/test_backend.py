"""The other frameworks through the real command line, as on a machine without TensorFlow."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.process_fixtures import COLD
from support.warm_server import HIDDEN

pytestmark = [
    pytest.mark.usefixtures("without_tensorflow", "made_store"),
    pytest.mark.timeout(600),
    pytest.mark.first,
]

#: Where programs start cold.
WITHOUT_TENSORFLOW = """
import runpy, sys
from chipbench.backends.keras_start import hide
for package in sys.argv.pop(1).split(","):
    hide(package)
module = sys.argv.pop(1)
sys.argv[0] = module
runpy.run_module(module, run_name="__main__")
"""
SMALL = (
    "batch_size=20",
    "epochs=1",
    "optimizer=sgd",
    "dataset.max_examples=100",
    "dataset.shuffle_buffer=30",
    "machine.accelerator=cpu",
    "tracking.drain_timeout_s=60",
)


def run(entry: str, *words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    cold = ["-c", WITHOUT_TENSORFLOW, os.environ[HIDDEN]]
    beginning = cold if sys.executable == COLD else ["-m"]
    return subprocess.run(
        [sys.executable, *beginning, f"chipbench.{entry}", *words],
        capture_output=True,
        text=True,
        cwd=folder,
    )


@pytest.mark.parametrize(("name", "written"), [("torch", "parquet"), ("jax", "array_record")])
def test_it_measures_compares_and_is_diagnosed_without_tensorflow(
    name: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec(name) is None:
        pytest.skip(f"no {name}")
    if written == "parquet":  # as on an Intel Mac
        monkeypatch.setenv(HIDDEN, "tensorflow,array_record")
    store = f"tracking.uri=sqlite:///{tmp_path / 'mlflow.db'}"
    own_cache = f"cache_dir={tmp_path / 'cache'}"  # so that the data set is written too
    words = (f"backend={name}", *SMALL, store, own_cache, f"output_dir={tmp_path / 'run'}")
    trained = run("train", *words, "dataset.in_memory=false", folder=tmp_path)
    assert trained.returncode == 0, trained.stderr[-3000:]
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["status"] == "completed" and result["tags"]["backend"] == name
    assert result["metrics"]["parameters_total"] == 5520
    assert (tmp_path / "run" / "model").is_dir()
    assert list((tmp_path / "cache").rglob(f"*.{written}*"))
    compared = run("compare", store, f"hydra.run.dir={tmp_path / 'compared'}", folder=tmp_path)
    assert compared.returncode == 0, compared.stderr[-3000:]
    assert "1 run on 1 machine" in (tmp_path / "compared" / "report.md").read_text()
    told = run("doctor", f"backend={name}", "tracking=none", "json=true", folder=tmp_path)
    checks = {check["name"]: check for check in json.loads(told.stdout)["checks"]}
    assert checks["PyTorch" if name == "torch" else "JAX"]["status"] == "ok"
    assert checks["training"]["status"] == "ok"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["backend=nonsense"], 2, "tensorflow, torch"),
        (["backend=tensorflow"], 3, "`pip install 'chipbench[tensorflow]'`, or use backend="),
        (["backend=jax", "strategy=mirrored"], 2, "use backend=tensorflow, or strategy=none"),
        (["backend=torch", "strategy=multi_worker"], 2, "backend=torch trains on one device"),
    ],
)
def test_what_a_back_end_cannot_do_is_said_in_one_line(
    words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    ended = run("train", *words, "tracking=none", folder=tmp_path)
    assert ended.returncode == code
    lines = [line for line in ended.stderr.splitlines() if line.startswith("chipbench: ")]
    assert len(lines) == 1 and said in lines[0]
    assert "Traceback" not in ended.stderr
