"""A training that is killed in a phase: `mortal_training.py PHASE DELAY_S alone|all OVERRIDES…`.

DELAY_S after the phase has begun it is gone, as after a power failure, with `all` with its
delivery and what else it has started.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import psutil

from chipbench import data
from chipbench.running import command
from chipbench.running.benchmark import Benchmark
from chipbench.tracking.recorder import Recorder
from chipbench.train import train
from chipbench.workloads.training import workload

#: Which function begins a phase.
PHASES: dict[str, tuple[Any, str]] = {
    "start": (Benchmark, "_describe"),
    "data": (data, "load"),
    "trial": (workload, "choose"),
    "training": (Benchmark, "_measure"),
    "artifacts": (Recorder, "artifact"),
    "end": (Recorder, "end"),
}


def main() -> None:
    phase, delay_s, which = sys.argv[1:4]
    owner, name = PHASES[phase]
    begin = getattr(owner, name)
    setattr(owner, name, mortal(begin, float(delay_s), which == "all"))
    del sys.argv[1:4]
    command.run("train", train)


def mortal(begin: Callable[..., Any], delay_s: float, with_others: bool) -> Callable[..., Any]:
    """`begin`, soon after which this process dies."""

    def die() -> None:
        for child in psutil.Process().children(recursive=True) if with_others else ():
            child.kill()
        os.kill(os.getpid(), signal.SIGKILL)

    def begin_and_die(*arguments: Any, **more: Any) -> Any:
        threading.Timer(delay_s, die).start()
        return begin(*arguments, **more)

    return begin_and_die


if __name__ == "__main__":
    main()
