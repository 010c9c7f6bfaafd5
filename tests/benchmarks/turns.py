"""Trainings that take turns, epoch by epoch, so that a machine's drift hits all of them alike.

Each is a process of its own, for TensorFlow's threads are set once per process, and is suspended
with all its children while it is not its turn: nothing that it does beside its epochs (monitor,
delivery) is paid by another.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import psutil

_HERE = Path(__file__).parent


class Turn:
    """The worker's side: what it calls before and after each epoch."""

    def __init__(self) -> None:
        self._ready = False

    def begin(self) -> None:
        """Wait for the turn."""
        if not self._ready:
            self._ready = True
            self.end()
        if not sys.stdin.readline():
            sys.exit(0)

    def end(self, **values: float) -> None:
        """Report the epoch."""
        print(json.dumps(values), file=sys.__stdout__, flush=True)


class Trainer:
    """The other side: one training that is run for an epoch at a time.

    It prepares alone too, for a training that chooses by short trials would choose wrongly beside
    others.
    """

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self.epochs: list[dict[str, float]] = []
        self._process = subprocess.Popen(
            [sys.executable, str(_HERE / "trainers.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._wait()

    def __enter__(self) -> "Trainer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._each(psutil.Process.resume)
        self._process.kill()
        self._process.wait()

    def run_epoch(self) -> None:
        """One epoch, with nothing else of these benchmarks running."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._each(psutil.Process.resume)
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.epochs.append(self._wait())

    def _wait(self) -> dict[str, float]:
        """What it reports next; it is suspended then."""
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"{self.name} ended with code {self._process.wait()}")
            if line.startswith("{"):
                break
        self._each(psutil.Process.suspend)
        values: dict[str, float] = json.loads(line)
        return values

    def _each(self, act: Callable[[psutil.Process], None]) -> None:
        try:
            process = psutil.Process(self._process.pid)
            for each in [process, *process.children(recursive=True)]:
                act(each)
        except psutil.NoSuchProcess:
            return


def take_turns(trainers: Sequence[Trainer], rounds: int) -> None:
    """`rounds` epochs of each; every second round in the other order."""
    for number in range(rounds):
        for trainer in trainers[:: 1 if number % 2 == 0 else -1]:
            trainer.run_epoch()
        speeds = (f"{t.name} {t.epochs[-1]['images_per_second']:,.0f}" for t in trainers)
        print(f"round {number + 1}/{rounds}, images/s: {', '.join(speeds)}", flush=True)
