"""Several replicas on one machine: `strategy=mirrored`, here on parts of the CPU."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.train import train

#: Of the 1,437 digits.
FEW = ("dataset.max_examples=480",)


def trained(folder: Path, *words: str) -> tuple["subprocess.CompletedProcess[str]", Any]:
    """A training in a process of its own, as TensorFlow splits a CPU only once; its result."""
    places = [f"hydra.run.dir={folder}", "tracking=none", "dataset=digits"]
    places += ["machine.accelerator=cpu"]
    ended = subprocess.run(
        [sys.executable, "-m", "chipbench.train", "strategy=mirrored", *places, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return ended, json.loads((folder / "result.json").read_text(encoding="utf-8"))


def test_two_parts_of_the_cpu_are_two_replicas(tmp_path: Path) -> None:
    ended, result = trained(tmp_path, "strategy.cpu_devices=2", "epochs=2", *FEW)
    assert ended.returncode == 0, ended.stderr
    assert (result["tags"]["replicas"], result["tags"]["batch_size_per_replica"]) == ("2", "16")
    assert result["metrics"]["scaling_efficiency_percent"] > 0
    losses = (tmp_path / "epochs.csv").read_text(encoding="utf-8").splitlines()
    place = losses[0].split(",").index("loss")
    first, second = (float(line.split(",")[place]) for line in losses[1:])
    assert second < first


def test_a_batch_that_the_replicas_cannot_share_is_refused(tmp_path: Path) -> None:
    ended, _ = trained(tmp_path, "strategy.cpu_devices=2", "batch_size=33")
    assert ended.returncode == 2
    assert "batch_size=33: 2 replicas need a multiple of 2" in ended.stderr


def test_one_device_is_not_mirrored(compose: Callable[..., DictConfig]) -> None:
    words = ["strategy=mirrored", "tracking=none", "dataset=digits", "machine.accelerator=cpu"]
    with pytest.raises(UnsupportedBenchmark, match="needs two GPUs or more"):
        train(compose(*words))
