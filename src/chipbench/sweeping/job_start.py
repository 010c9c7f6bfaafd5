"""How a sweep's job starts: in a fork of a process that is warm, or cold where that is not safe."""

import os
from collections.abc import Mapping
from pathlib import Path

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.config.compose import compose_config
from chipbench.config.literal_text import literal_override
from chipbench.config.overrides import parse
from chipbench.ground.forks import COLD, FORKED, PROCESS_VARIABLE, Fork, Warm
from chipbench.ground.processes import Child, ProgramFailed, module_command
from chipbench.sweeping.plan import Job

_MODULE = "chipbench.sweeping.warm_process"
_READY_S = 120.0
_SAVE = "save_model"

#: By what they have imported; None: it does not start, which is not tried again.
_warm: dict[tuple[str, ...], Warm | None] = {}


def start(
    entry: str, job: Job, folder: Path, environment: Mapping[str, str], limit_s: float | None
) -> Child | Fork:
    """The process of `job`, which runs `entry` in `folder` and has these variables besides."""
    config = compose_config(entry, [*job.overrides, "output_dir=none"])
    words = [*_unless_given(config, job), *job.overrides]
    words.append(literal_override("hydra.run.dir", str(folder)))
    known = {**environment, PROCESS_VARIABLE: FORKED}
    forked = _forked(_imports(entry, config), words, known, limit_s)
    if forked is not None:
        return forked
    cold = {**_without_own_run(), **environment, PROCESS_VARIABLE: COLD}
    command = module_command(f"chipbench.{entry}", *words)
    return Child(command, timeout_s=limit_s, environment=cold, shown=True)


def close() -> None:
    """End the warm processes of this one."""
    while _warm:
        _, warm = _warm.popitem()
        if warm is not None:
            warm.close()


def _unless_given(config: DictConfig, job: Job) -> list[str]:
    """What a sweep sets for its jobs: of many models, each costs a second and its room."""
    given = any(parse(override).key_or_group == _SAVE for override in job.overrides)
    return [f"{_SAVE}=false"] if _SAVE in config and not given else []


def _imports(entry: str, config: DictConfig) -> tuple[str, ...]:
    """What tells apart the processes that a job may be forked from: see `warm_process`."""
    if "backend" not in config:
        return (entry,)
    return (entry, config.backend.name, *(["verbose"] if config.verbose else []))


def _forked(
    imports: tuple[str, ...],
    words: list[str],
    environment: Mapping[str, str],
    limit_s: float | None,
) -> Fork | None:
    """None where the job has to start cold."""
    if not hardware.forks_safely():
        return None
    for _ in range(2):
        if imports not in _warm:
            _warm[imports] = _started(imports)
        warm = _warm[imports]
        if warm is None:
            return None
        try:
            return warm.fork(words, environment, limit_s)
        except ProgramFailed:  # it was killed meanwhile
            warm.close()
            del _warm[imports]
    return None


def _started(imports: tuple[str, ...]) -> Warm | None:
    try:
        return Warm(_MODULE, *imports, environment=_without_own_run(), timeout_s=_READY_S)
    except ProgramFailed:
        return None


def _without_own_run() -> dict[str, str]:
    """The environment without the run that `mlflow run` made, which is the sweep's."""
    return {name: value for name, value in os.environ.items() if name != "MLFLOW_RUN_ID"}
