"""Real trainings for `bench_faults.py`: begun, killed, delivered later, and held to account."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import psutil
from rows import keep
from support.journals import Verdict, verdict
from support.tracking_server import TrackingServer

from chipbench.tracking.journal import End, Metrics, read

TRAINING = ("dataset=digits", "epochs=5", "tracking.drain_timeout_s=120")
MORTAL = Path(__file__).with_name("mortal_training.py")


@contextmanager
def started(folder: Path, database: str) -> Iterator[TrackingServer]:
    """A running server with an empty database."""
    server = TrackingServer(folder, database)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def train(
    run: Path,
    uri: str,
    *overrides: str,
    program: Sequence[str] = ("-m", "chipbench.train"),
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[str]":
    """A short real training on real data, recorded in the folder `run`."""
    words = [*TRAINING, f"hydra.run.dir={run}", f"tracking.uri={uri}", *overrides]
    return subprocess.Popen(
        [sys.executable, *program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | (environment or {}),
        text=True,
    )


def unharmed(run: Path, uri: str) -> float:
    """How many seconds a training takes from its first record to its end."""
    training = train(run, uri)
    wait_for(run / "journal.jsonl")
    began_s = time.monotonic()
    training.wait()
    return time.monotonic() - began_s


def sync(run: Path, uri: str) -> None:
    """Deliver what is left of a run, once its own delivery is done with it."""
    command = [sys.executable, "-m", "chipbench.sync", f"journals={run}", f"tracking.uri={uri}"]
    for _ in range(60):
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        if "is still running" not in done.stdout:
            return
        time.sleep(1)


def kill(training: "subprocess.Popen[str]", with_delivery: bool) -> None:
    """End a training as a power failure or the kernel's memory killer would."""
    if training.poll() is not None:
        return
    children = psutil.Process(training.pid).children(recursive=True)
    training.kill()
    training.wait()
    for child in children if with_delivery else ():
        if child.is_running():
            child.kill()


def closed(uri: str, run: Path) -> Verdict:
    """What the store has of a run; `closed` if that ended as its journal says."""
    journal = run / "journal.jsonl"
    found = verdict(uri, journal)
    whole = any(isinstance(record, End) for record, _ in read(journal))
    right = found.status == ("FINISHED" if whole else "FAILED")
    return replace(found, status="closed") if right else found


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(600):
        if path.exists() and path.stat().st_size:
            return
        time.sleep(0.1)
    raise TimeoutError(f"{path.name} did not appear")


def metrics(run: Path) -> Iterator[tuple[str, int, float]]:
    """Name, step and value of every metric of a run's journal."""
    for record, _ in read(run / "journal.jsonl"):
        if isinstance(record, Metrics):
            for name, value in record.values.items():
                yield name, record.step, value


def report(
    name: str,
    what: str,
    found: Sequence[Verdict],
    status: str,
    befell: Sequence[Mapping[str, object]],
) -> bool:
    """Print an experiment's figures, keep its runs' rows; whether the promise was kept.

    `befell` says what was done to each run.
    """
    right = sum(one.status == status and one.runs == 1 for one in found)
    lost, doubled = sum(one.lost for one in found), sum(one.doubled for one in found)
    points = sum(one.points for one in found)
    print(
        f"{what}: {right} of {len(found)} runs {status}, "
        f"{lost} of {points} metric values lost, {doubled} twice",
        flush=True,
    )
    rows = [
        {"training": number, **told, **asdict(one)}
        for number, (told, one) in enumerate(zip(befell, found, strict=True), 1)
    ]
    keep(f"faults_{name}", rows)
    return right == len(found) and not lost and not doubled
