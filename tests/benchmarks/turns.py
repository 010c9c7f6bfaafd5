"""Trainings that take turns, piece by piece, so that a machine's drift hits all of them alike.

A turn is a piece of an epoch. Each is a process of its own, for TensorFlow's threads are set
once per process, and is suspended with all its children while it is not its turn: nothing that it
does beside its epochs (monitor, delivery) is paid by another.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from types import TracebackType

import psutil

_HERE = Path(__file__).parent


class Turn:
    """The worker's side: what it calls before and after each turn."""

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
        """Report what the turn gave."""
        print(json.dumps(values), file=sys.__stdout__, flush=True)


class Trainer:
    """The other side: one training that is run for a turn at a time.

    It prepares alone too, for a training that chooses by short trials would choose wrongly beside
    others.
    """

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        self.name = name
        self.epochs: list[Counter[str]] = []  # the sums of what the turns reported
        self._process = subprocess.Popen(
            [sys.executable, str(_HERE / "trainers.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._wait()
        self._find()
        self._each(psutil.Process.suspend)

    def __enter__(self) -> "Trainer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        # Its deliverer too, which would write on while the folder is removed.
        self._each(psutil.Process.kill)
        psutil.wait_procs(self._processes)

    def begin_epoch(self) -> None:
        """Count what follows for the next epoch."""
        self.epochs.append(Counter())
        self._find()

    def run(self) -> None:
        """One turn, with nothing else of these benchmarks running."""
        assert self._process.stdin is not None and self._process.stdout is not None
        begin = perf_counter()
        self._each(psutil.Process.resume)
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        self.epochs[-1].update(self._wait() | {"turn_s": perf_counter() - begin})
        self._each(psutil.Process.suspend)

    @property
    def images(self) -> float:
        """How many of its epoch's images it has trained on."""
        return self.epochs[-1]["images"]

    @property
    def in_epoch(self) -> bool:
        """Whether its epoch goes on."""
        return "val_loss" not in self.epochs[-1]

    def _wait(self) -> dict[str, float]:
        """What it reports next."""
        assert self._process.stdout is not None
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"{self.name} ended with code {self._process.wait()}")
            if line.startswith("{"):
                break
        values: dict[str, float] = json.loads(line)
        return values

    def _each(self, act: Callable[[psutil.Process], None]) -> None:
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                act(process)

    def _find(self) -> None:
        """Look for its children, which takes too long for each turn."""
        process = psutil.Process(self._process.pid)
        self._processes = [process, *process.children(recursive=True)]


def take_turns(trainers: Sequence[Trainer], epochs: int) -> None:
    """`epochs` of each; next is always who is behind, of several now the first, now the last."""
    for number in range(epochs):
        for trainer in trainers:
            trainer.begin_epoch()
        order = list(trainers)
        while going := [trainer for trainer in order if trainer.in_epoch]:
            min(going, key=lambda trainer: trainer.images).run()
            order.reverse()
        speeds = (f"{t.name} {images_per_second(t.epochs[-1]):,.0f}" for t in trainers)
        print(f"epoch {number + 1}/{epochs}, images/s: {', '.join(speeds)}", flush=True)


def images_per_second(epoch: Mapping[str, float]) -> float:
    """Training alone."""
    return epoch["images"] / epoch["training_s"]


def total_s(epoch: Mapping[str, float]) -> float:
    """Training, validation, and what ends the epoch."""
    return epoch["training_s"] + epoch["other_s"]


def untimed_s(epoch: Mapping[str, float]) -> float:
    """What its turns took beyond `total_s`."""
    return epoch["turn_s"] - total_s(epoch)
