"""The optimizer that will be used: the one asked for if it trains here, else its fallback."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from chipbench.backends import ChosenOptimizer
from chipbench.config.options import option
from chipbench.ground.cache import Answer, kept
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.processes import TrialError, run_trial
from chipbench.hardware.machine import Machine
from chipbench.terminal.lines import announce

_TRIAL = "chipbench.backends.trials.optimizer"


def choose(
    config: DictConfig, backend: str, machine: Machine, device_kind: str, cache_dir: Path
) -> ChosenOptimizer:
    """Try `config` (an optimizer option) on the back end's device, and its `fallback` if it fails.

    Raises UnsupportedBenchmark if neither trains, ConfigurationError if one cannot be made.
    """
    problem = _problem(config, backend, machine, device_kind, cache_dir)
    if problem is None:
        return ChosenOptimizer(config.name, config.name, None, _create(config))
    if config.fallback is None:
        raise UnsupportedBenchmark(
            f"optimizer={config.name} does not train on this {device_kind} ({problem}) and has no "
            "fallback; try another optimizer or machine.accelerator=cpu"
        )
    fallback = option("optimizer", config.fallback)
    second_problem = _problem(fallback, backend, machine, device_kind, cache_dir)
    if second_problem is not None:
        raise UnsupportedBenchmark(
            f"neither optimizer={config.name} ({problem}) nor its fallback {fallback.name} "
            f"({second_problem}) trains on this {device_kind}; use machine.accelerator=cpu"
        )
    return ChosenOptimizer(config.name, fallback.name, problem, _create(fallback))


def _create(config: DictConfig) -> dict[str, Any]:
    created = OmegaConf.to_container(config.create, resolve=True)
    assert isinstance(created, dict)
    return {str(key): value for key, value in created.items()}


def _problem(
    config: DictConfig, backend: str, machine: Machine, device_kind: str, cache_dir: Path
) -> str | None:
    """Why the optimizer does not train here; None if it does. Kept per device and software."""
    trial = {"backend": backend, "create": _create(config), "device": device_kind}

    def ask() -> Answer:
        where = f"on the {device_kind.upper()}, once for this software"
        announce(f"trying optimizer={config.name} {where}")
        return {"problem": _try_out(config, trial)}

    problem: str | None = kept(cache_dir / "optimizer_trials", machine.setup, trial, ask)["problem"]
    return problem


def _try_out(config: DictConfig, trial: Mapping[str, Any]) -> str | None:
    """Run a trial in a process of its own: a plug-in can hang or abort it. None if it passed."""
    try:
        verdict = run_trial(_TRIAL, trial, config.trial_timeout_s)
    except TrialError as error:
        return str(error)
    if "mistake" in verdict:
        raise ConfigurationError(
            f"optimizer={config.name}: it cannot be made ({verdict['mistake']}); see `create` in "
            f"conf/optimizer/{config.name}.yaml"
        )
    problem: str | None = verdict["problem"]
    return problem
