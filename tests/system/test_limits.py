"""The search for the largest batch, where memory really ends."""

import csv
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.checkouts import PROJECT
from support.sweeps import runs_of

pytestmark = [
    pytest.mark.usefixtures("made_store", "without_tensorflow"),
    pytest.mark.skipif(find_spec("torch") is None, reason="no torch"),
    pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is not limited"),
]
WORDS = (
    "backend=torch", "machine.accelerator=cpu", "dataset=digits", "dataset.max_examples=256",
    "optimizer=sgd", "model.build._target_=small_memory.build", "batch_size=64",
    "limits.precision_percent=60",
)  # fmt: skip


def test_the_allocators_own_error_ends_the_doubling(tmp_path: Path, cache: Path) -> None:
    places = (f"output_dir={tmp_path / 'run'}", f"cache_dir={cache}")
    found = os.pathsep.join([str(PROJECT / "src"), str(PROJECT / "tests" / "support")])
    done = subprocess.run(
        [sys.executable, "-m", "chipbench.limits", *WORDS, *places],
        env=os.environ
        | {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}", "PYTHONPATH": found},
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "run" / "limits.csv").open() as lines:
        tries = {int(row["batch_size"]): row for row in csv.DictReader(lines)}
    trained = [size for size, row in tries.items() if row["outcome"] == "done"]
    failed = [size for size, row in tries.items() if row["outcome"] == "out of memory"]
    assert len(trained) + len(failed) == len(tries)
    largest, least = max(trained), min(failed)
    assert largest < least and least - largest <= 0.6 * largest
    limit = f"the largest batch that trains: {largest} ({least} runs out of memory)"
    assert limit in done.stdout
    parent, children = runs_of(tmp_path)
    assert (parent.info.status, parent.data.tags["chipbench.kind"]) == ("FINISHED", "limits")
    known = parent.data.metrics
    assert known["batch_size_max"] == largest and "gpu_memory_peak_mib" not in known
    memory_mib = float(tries[largest]["process_memory_peak_mib"])
    assert known["process_memory_peak_mib"] == pytest.approx(memory_mib)
    ends = {int(r.data.params["batch_size"]): r.info.status for r in children}
    assert ends == {size: "FINISHED" if size in trained else "FAILED" for size in tries}
