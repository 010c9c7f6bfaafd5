"""Trainings on an NVIDIA card, whole programs; see README.md."""

import csv
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

try:
    import pynvml

    pynvml.nvmlInit()
    CARDS = pynvml.nvmlDeviceGetCount()
except Exception:  # no library, or no driver
    CARDS = 0

if CARDS == 0:
    pytest.skip("no NVIDIA card", allow_module_level=True)
BACKENDS = [
    pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"no {name}"))
    for name in ("torch", "jax")
]


def program(entry: str, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", f"chipbench.{entry}", *words, "tracking=none"]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | more)


def trained(folder: Path, name: str, *words: str) -> dict[str, Any]:
    """The result of a training on the digits."""
    places = (f"output_dir={folder}", f"hydra.run.dir={folder}")
    ended = program("train", f"backend={name}", "dataset=digits", "epochs=5", *places, *words)
    assert ended.returncode == 0, ended.stderr[-3000:]
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def card() -> Any:
    return pynvml.nvmlDeviceGetHandleByIndex(0)


@pytest.mark.parametrize("name", BACKENDS)
def test_the_card_is_named_and_watched(name: str, tmp_path: Path) -> None:
    result = trained(tmp_path, name, "dataset.image_size=128", "epochs=8")
    assert pynvml.nvmlDeviceGetName(card()) in result["tags"]["device"]
    seen = rows(tmp_path / "samples.csv")
    for series in ("utilization_percentage", "power_usage_watts"):
        values = [row for row in seen if row.get(f"system/gpu_0_{series}")]
        assert values, series
    assert result["metrics"]["energy_j"] > 0
    assert 0 < result["metrics"]["flops_utilization_percent"] < 100, "of the peak"
    print(name, result["tags"]["device"], result["metrics"])


@pytest.mark.parametrize("name", BACKENDS)
def test_it_learns_what_the_cpu_learns(name: str, tmp_path: Path) -> None:
    on_card = trained(tmp_path / "gpu", name)
    trained(tmp_path / "cpu", name, "machine.accelerator=cpu")
    first, other = (rows(tmp_path / kind / "epochs.csv") for kind in ("gpu", "cpu"))
    for own, expected in zip(first, other, strict=True):
        assert float(own["loss"]) == pytest.approx(float(expected["loss"]), abs=0.02)
    assert on_card["status"] == "completed"


@pytest.mark.parametrize("name", BACKENDS)
def test_tuned_learns_the_same_and_is_no_slower(name: str, tmp_path: Path) -> None:
    article = trained(tmp_path / "article", name)
    tuned = trained(tmp_path / "tuned", name, "protocol=tuned")
    first, other = (rows(tmp_path / kind / "epochs.csv") for kind in ("article", "tuned"))
    for own, expected in zip(other, first, strict=True):
        assert float(own["loss"]) == pytest.approx(float(expected["loss"]), abs=0.02)
    speeds = [run["metrics"]["steady_images_per_second"] for run in (article, tuned)]
    print(name, "images/s by article and tuned:", *speeds, tuned["tags"].get("step", ""))
    assert speeds[1] > speeds[0]
    if name == "torch":
        assert "CUDA graph" in tuned["tags"]["step"]


@pytest.mark.skipif(find_spec("jax") is None, reason="no jax")
def test_a_sweep_goes_on_after_a_batch_that_is_too_large(tmp_path: Path) -> None:
    words = ("backend=jax", "dataset=digits", "dataset.image_size=224", "batch_size=1400,32")
    share = {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.02"}
    program("sweep", *words, "epochs=1", f"hydra.sweep.dir={tmp_path}", **share)
    (table,) = tmp_path.rglob("sweep.csv")
    told = {row["batch_size"]: " ".join(map(str, row.values())) for row in rows(table)}
    assert "out of memory" in told["1400"] and "done" in told["32"]


def test_mig_is_as_it_was(tmp_path: Path) -> None:
    if shutil.which("nvidia-smi") is None:
        pytest.skip("no nvidia-smi")
    asked = ["nvidia-smi", "--query-gpu=mig.mode.current", "--format=csv,noheader"]
    before = subprocess.run(asked, capture_output=True, text=True).stdout
    trained(tmp_path, "torch" if find_spec("torch") else "jax", "epochs=1")
    assert subprocess.run(asked, capture_output=True, text=True).stdout == before
