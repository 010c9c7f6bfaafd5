"""Several values of a key: each combination is a job of its own, nested under one parent run."""

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from omegaconf import DictConfig

from chipbench.arguments import is_sweep, parse
from chipbench.configuration import compose_config, project_dir
from chipbench.errors import ConfigurationError
from chipbench.tracking.recorder import PARENT_VARIABLE, Recorder
from chipbench.tracking.store import configured_store

_MOST_JOBS = 1000


def expand(overrides: Sequence[str]) -> list[list[str]]:
    """Every combination of the values that `overrides` list, in their order."""
    choices: list[list[str]] = []
    for override in overrides:
        if is_sweep(override):
            parsed = parse(override)
            key = parsed.get_key_element()
            choices.append([f"{key}={value}" for value in parsed.sweep_string_iterator()])
        else:
            choices.append([override])
    jobs = [list(job) for job in product(*choices)]
    if len(jobs) > _MOST_JOBS:
        raise ConfigurationError(f"{len(jobs):,} jobs are too many; {_MOST_JOBS:,} at most")
    return jobs


def run_jobs(entry: str, overrides: Sequence[str], folder: Path) -> int:
    """Run each job in a process of its own, in turn; 0 if all are done, else 1.

    All are checked before the first begins. Raises ConfigurationError.
    """
    jobs = expand(overrides)
    configs = [compose_config(entry, [*job, "output_dir=none"]) for job in jobs]
    recorder = _parent(configs[0], entry, folder, jobs)
    failed = [job for job in jobs if _run_job(entry, job, recorder.key) != 0]
    done = len(jobs) - len(failed)
    summary = f"{done} of {len(jobs)} jobs done"
    if failed:
        summary += f"; failed: {'; '.join(' '.join(job) for job in failed)}"
    recorder.tags({"status": "failed" if failed else "completed", "reason": summary})
    recorder.description(summary)
    recorder.end("FAILED" if failed else "FINISHED")
    recorder.drain()
    print(summary)
    return int(bool(failed))


def _parent(config: DictConfig, entry: str, folder: Path, jobs: Sequence[object]) -> Recorder:
    recorder = Recorder(
        folder,
        configured_store(config.tracking, project_dir()),
        name=f"{entry}, {len(jobs)} jobs",
        experiment=config.tracking.experiment_name,
    )
    recorder.tags({"kind": "jobs", "entry": entry, "jobs": len(jobs)})
    return recorder


def _run_job(entry: str, job: Sequence[str], parent_key: str) -> int:
    """One job's exit code. It makes a run of its own and never writes to its parent's."""
    print(f"job: {' '.join(job)}", flush=True)
    environment = {k: v for k, v in os.environ.items() if k != "MLFLOW_RUN_ID"}
    return subprocess.run(
        [sys.executable, "-m", f"chipbench.{entry}", *job],
        env=environment | {PARENT_VARIABLE: parent_key},
        check=False,
    ).returncode
