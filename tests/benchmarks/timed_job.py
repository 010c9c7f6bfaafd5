"""A training as a sweep's job runs it, which says where its time went.

Run as `timed_job.py cold [OVERRIDE…]`, or as `timed_job.py ENTRY BACKEND`, whose forks are jobs as
those of `chipbench.sweeping.warm_process` are. Writes {phase: seconds} to the file that
CHIPBENCH_PHASES names.
"""

import json
import os
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
from chipbench.sweeping import warm_process
from chipbench.tracking.recorder import Recorder
from chipbench.workloads.training import workload
from chipbench.workloads.training.prepared_training import PreparedTraining

REPORT = "CHIPBENCH_PHASES"
COLD = "cold"
TRAIN, TRIED, PEAK = "train", "trial of the optimizer", "measure the device's peak"
START = "start Python, import chipbench"
#: What is timed: its owner, its name there, and the phase that it belongs to.
_TIMED = (
    (benchmark.hardware, "detect", "look at the machine"),
    (Recorder, "__init__", "begin the run, start its delivery"),
    (TensorFlow, "open", "import TensorFlow, open the device"),
    (workload, "choose", TRIED),
    (workload.data, "load", "data"),
    (workload, "build_model", "build and compile the model"),
    (Recorder, "settle", "wait until delivery has started"),
    (PreparedTraining, "measure", TRAIN),
    (PreparedTraining, "_take_peak", PEAK),
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
    """Train, as `python -m chipbench.train` or a fork of a warm process does."""
    for owner, name, phase in _TIMED:
        setattr(owner, name, _timed(getattr(owner, name), phase))
    try:
        if sys.argv[1] == COLD:
            _spent_s[START] = time.time() - psutil.Process().create_time()
            del sys.argv[1]
            command.run("train", train.train)
        warm_process.main()
    finally:
        if _spent_s:  # neither the warm process nor what delivers
            Path(os.environ[REPORT]).write_text(json.dumps(_spent_s), encoding="utf-8")


if __name__ == "__main__":
    main()
