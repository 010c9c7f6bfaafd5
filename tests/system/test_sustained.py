"""A training of ten seconds that loses one of its cores half-way, and says so."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig
from PIL import Image

from chipbench.ground import metrics, sustained_metrics
from chipbench.train import train
from chipbench.workloads.training.prepared_training import PreparedTraining

_DURATION_S = 10.0
_NEAR_S = 2.0
#: A program that uses a core, and ends by itself should nobody end it.
_BUSY = "import time\nwhile time.process_time() < 30: pass"
_TRIES = 2  # other programs may take a core at another time

needs_cores = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="no core can be taken away",
)


def leave(cores: set[int]) -> None:
    """Let all threads of this process have these cores."""
    for thread in Path("/proc/self/task").iterdir():
        try:
            os.sched_setaffinity(int(thread.name), cores)
        except ProcessLookupError:  # it has just ended
            continue


@contextmanager
def one_core_after(monkeypatch: pytest.MonkeyPatch, after_s: float) -> Iterator[None]:
    """So many seconds after its beginning a training has one core, and three others use that too.

    Whatever else this machine does, so much less is seen.
    """
    all_cores, begun = os.sched_getaffinity(0), PreparedTraining.measure
    others: list[subprocess.Popen[bytes]] = []

    def take_away() -> None:
        leave({min(all_cores)})  # which the programs that begin here inherit
        others.extend(subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(3))

    timer = threading.Timer(after_s, take_away)

    def measure(training: PreparedTraining, report: Any) -> None:
        timer.start()
        begun(training, report)
        end()

    def end() -> None:
        timer.cancel()
        timer.join()
        while others:
            other = others.pop()
            other.kill()
            other.wait()
        leave(all_cores)

    with monkeypatch.context() as patch:
        patch.setattr(PreparedTraining, "measure", measure)
        try:
            yield
        finally:
            if timer.ident is not None:
                end()


@needs_cores
def test_a_core_that_is_taken_away_is_found_at_the_right_time(
    compose_in: Callable[..., DictConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("dataset=digits", "dataset.max_examples=300", "backend=torch", "batch_size=64")
    for number in range(_TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        config = compose_in(folder, *words, f"duration_s={_DURATION_S}", "monitor.interval_s=0.5")
        with one_core_after(monkeypatch, _DURATION_S / 2):
            train(config)
        result = json.loads((folder / "run" / "result.json").read_text())
        found = result["metrics"]
        slowed_s = found.get(sustained_metrics.SLOWED_AFTER, 0.0)
        if abs(slowed_s - _DURATION_S / 2) < _NEAR_S:
            break
    assert slowed_s == pytest.approx(_DURATION_S / 2, abs=_NEAR_S)
    assert 0 < found[sustained_metrics.SUSTAINED] < 75
    assert found[metrics.TOTAL_TIME] > _DURATION_S / 2
    assert any("slowed down" in caveat["what"] for caveat in result["caveats"])
    with Image.open(folder / "run" / "speed.png") as picture:
        assert picture.format == "PNG"
