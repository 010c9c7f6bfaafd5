"""Trials in a process of their own, which may hang or abort, and whose answers are kept."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chipbench.hardware.machine import Machine

Answer = dict[str, Any]


class TrialError(Exception):
    """Why a trial gave no answer, in a few words."""


def run_trial(module: str, request: Mapping[str, Any], timeout_s: float) -> Answer:
    """What `python -m module REQUEST` prints as its last line, one JSON object.

    Raises TrialError if the process crashes, hangs for longer than `timeout_s`, or says nothing.
    """
    try:
        process = subprocess.run(
            [sys.executable, "-m", module, json.dumps(request)],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TrialError(f"no result within {timeout_s:g} s") from None
    if process.returncode < 0:
        raise TrialError(f"the process was killed by signal {-process.returncode}")
    lines = process.stdout.strip().splitlines()
    if process.returncode != 0 or not lines:
        last = process.stderr.strip().splitlines() or [f"exit code {process.returncode}"]
        raise TrialError(f"the trial failed: {last[-1]}")
    answer: Answer = json.loads(lines[-1])
    return answer


def kept(
    folder: Path, machine: Machine, request: Mapping[str, Any], ask: Callable[[], Answer]
) -> Answer:
    """The answer to `request` that `folder` has for this device and software, or else `ask`'s."""
    path = folder / f"{_key(request, machine)}.json"
    if path.is_file():
        known: Answer = json.loads(path.read_text())["answer"]
        return known
    answer = ask()
    folder.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps({"request": dict(request), "answer": answer}))
    new.replace(path)
    return answer


def _key(request: Mapping[str, Any], machine: Machine) -> str:
    accelerators = [f"{a.name} {a.driver}" for a in machine.accelerators]
    cores = machine.cpu_cores_logical
    parts = [dict(request), machine.cpu, cores, accelerators, sorted(machine.versions.items())]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
