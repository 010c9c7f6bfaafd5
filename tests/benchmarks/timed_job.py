"""A training as a sweep's job runs it, which says where its time went.

Run as `timed_job.py REPORT [OVERRIDE…]`; writes {phase: seconds} to REPORT.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from chipbench import train
from chipbench.backends.tensorflow.backend import TensorFlow
from chipbench.running import benchmark, command
from chipbench.running.result_files import ResultFiles
from chipbench.tracking.recorder import Recorder
from chipbench.workloads.training import workload
from chipbench.workloads.training.prepared import PreparedTraining

#: What is timed: its owner, its name there, and the phase that it belongs to.
_TIMED = (
    (benchmark.hardware, "detect", "look at the machine"),
    (Recorder, "__init__", "begin the run, start its delivery"),
    (TensorFlow, "open", "import TensorFlow, open the device"),
    (workload, "choose", "trial of the optimizer"),
    (workload.data, "load", "data"),
    (workload, "build_model", "build and compile the model"),
    (Recorder, "settle", "wait until delivery has started"),
    (PreparedTraining, "measure", "train"),
    (PreparedTraining, "_take_peak", "measure the device's peak"),
    (PreparedTraining, "_take_limits", "see how close it came to the limits"),
    (benchmark.Benchmark, "_save_model", "save the trained model"),
    (ResultFiles, "write", "write tables and plots"),
    (Recorder, "drain", "wait until all is delivered"),
)
_spent_s: dict[str, float] = defaultdict(float)


def _timed(function: Callable[..., Any], phase: str) -> Callable[..., Any]:
    def timed(*arguments: Any, **named: Any) -> Any:
        begin = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            _spent_s[phase] += time.perf_counter() - begin

    return timed


def main() -> None:
    """Train, as `python -m chipbench.train` does."""
    report = Path(sys.argv.pop(1))
    _spent_s["start Python, import chipbench"] = time.time() - psutil.Process().create_time()
    for owner, name, phase in _TIMED:
        setattr(owner, name, _timed(getattr(owner, name), phase))
    try:
        command.run("train", train.train)
    finally:
        report.write_text(json.dumps(_spent_s), encoding="utf-8")


if __name__ == "__main__":
    main()
