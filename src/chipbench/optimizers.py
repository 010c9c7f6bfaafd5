"""The optimizer that will be used: the one asked for if it trains here, else its fallback."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from chipbench.announcement import announce
from chipbench.configuration import option
from chipbench.errors import UnsupportedBenchmark
from chipbench.hardware.machine import Machine


@dataclass(frozen=True)
class Choice:
    """Which optimizer was asked for, which one trains, and why it is another."""

    requested: str
    used: str
    reason: str | None  # None if the requested one is used
    create: Mapping[str, Any]  # Hydra's `_target_` and its arguments


def choose(config: DictConfig, machine: Machine, device_kind: str, cache_dir: Path) -> Choice:
    """Try `config` (an optimizer option) on the device, and its `fallback` if it does not train.

    Raises UnsupportedBenchmark if neither trains.
    """
    problem = _problem(config, machine, device_kind, cache_dir)
    if problem is None:
        return Choice(config.name, config.name, None, _create(config))
    if config.fallback is None:
        raise UnsupportedBenchmark(
            f"optimizer={config.name} does not train on this {device_kind} ({problem}) and has no "
            "fallback; try another optimizer or machine.accelerator=cpu"
        )
    fallback = option("optimizer", config.fallback)
    second_problem = _problem(fallback, machine, device_kind, cache_dir)
    if second_problem is not None:
        raise UnsupportedBenchmark(
            f"neither optimizer={config.name} ({problem}) nor its fallback {fallback.name} "
            f"({second_problem}) trains on this {device_kind}; use machine.accelerator=cpu"
        )
    return Choice(config.name, fallback.name, problem, _create(fallback))


def _create(config: DictConfig) -> dict[str, Any]:
    created = OmegaConf.to_container(config.create, resolve=True)
    assert isinstance(created, dict)
    return {str(key): value for key, value in created.items()}


def _problem(config: DictConfig, machine: Machine, device_kind: str, cache_dir: Path) -> str | None:
    """Why the optimizer does not train here; None if it does. Kept per device and software."""
    trial = {"create": _create(config), "device": device_kind}
    known = cache_dir / "optimizer_trials" / f"{_key(trial, machine)}.json"
    if known.is_file():
        verdict: str | None = json.loads(known.read_text())["problem"]
        return verdict
    announce(f"trying optimizer={config.name} on the {device_kind.upper()}, once for this software")
    verdict = try_out(trial, config.trial_timeout_s)
    known.parent.mkdir(parents=True, exist_ok=True)
    new = known.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(trial | {"problem": verdict}))
    new.replace(known)
    return verdict


def _key(trial: Mapping[str, Any], machine: Machine) -> str:
    accelerators = [f"{a.name} {a.driver}" for a in machine.accelerators]
    parts = [trial, machine.cpu, accelerators, sorted(machine.versions.items())]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def try_out(trial: Mapping[str, Any], timeout_s: float) -> str | None:
    """Run a trial in a process of its own: a plug-in can hang or abort it. None if it passed."""
    try:
        process = subprocess.run(
            [sys.executable, "-m", "chipbench.optimizer_trial", json.dumps(trial)],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no result within {timeout_s:g} s"
    if process.returncode < 0:
        return f"the process was killed by signal {-process.returncode}"
    lines = process.stdout.strip().splitlines()
    if process.returncode != 0 or not lines:
        last = process.stderr.strip().splitlines() or [f"exit code {process.returncode}"]
        return f"the trial failed: {last[-1]}"
    problem: str | None = json.loads(lines[-1])["problem"]
    return problem
