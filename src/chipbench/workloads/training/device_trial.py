"""What the device was tried with, once: the optimizer, and the kinds of layers of the model.

The optimizer asked for is used if it trains here, else its fallback. A device that computes the
model's layers wrong gives no result.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from chipbench.backends import ChosenOptimizer
from chipbench.backends.model_building import specification
from chipbench.backends.trials.peak import COMPUTED_IN
from chipbench.config.options import option
from chipbench.ground.cache import Answer, kept
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.files import digest
from chipbench.ground.processes import TrialError, run_trial
from chipbench.ground.typed_json import typed
from chipbench.hardware.machine import Machine
from chipbench.models.builder import builder
from chipbench.terminal.messages import announce
from chipbench.workloads.training.limits.device_use import is_known, keep_peak

_TRIAL = "chipbench.backends.trials.training"

#: Raised when the check changes, so that verdicts of an earlier one are not taken for its own.
_CHECK = 2
_BEYOND_ALL = 10_000  # kinds of layers


@dataclass(frozen=True)
class _Verdict:
    """A trial's answer, as it is kept."""

    problem: str | None
    faults: list[str]
    kinds: int | None = None  # of layers that were held against NumPy
    unchecked: str | None = None  # why they could not be

    def __post_init__(self) -> None:
        """Raises ValueError for what no trial says."""
        if self.kinds is not None and not 0 <= self.kinds < _BEYOND_ALL:
            raise ValueError(f"{self.kinds} kinds of layers")


class WrongResultsError(ArithmeticError):
    """The device computes something of the model wrong: its time would say nothing."""


def choose(
    config: DictConfig,
    backend: str,
    machine: Machine,
    device_kind: str,
    cache_dir: Path,
    model: Mapping[str, object] | None = None,
) -> ChosenOptimizer:
    """Try `config` (an optimizer option) on the back end's device, and its `fallback` if it fails.

    `model`: what is checked besides, see `checked_model`. Raises UnsupportedBenchmark if neither
    trains, ConfigurationError if one cannot be made, WrongResultsError if the device is wrong.
    """

    def tried(option: DictConfig) -> Answer:
        return _verdict(option, backend, machine, device_kind, cache_dir, model)

    verdict = tried(config)
    problem: str | None = verdict["problem"]
    if problem is None:
        said = _held(verdict, device_kind, model)
        return ChosenOptimizer(config.name, config.name, None, _create(config), said)
    if config.fallback is None:
        raise UnsupportedBenchmark(
            f"optimizer={config.name} does not train on this {device_kind} ({problem}) and has no "
            "fallback; try another optimizer or machine.accelerator=cpu"
        )
    fallback = option("optimizer", config.fallback)
    verdict = tried(fallback)
    second_problem: str | None = verdict["problem"]
    if second_problem is not None:
        raise UnsupportedBenchmark(
            f"neither optimizer={config.name} ({problem}) nor its fallback {fallback.name} "
            f"({second_problem}) trains on this {device_kind}; use machine.accelerator=cpu"
        )
    said = _held(verdict, device_kind, model)
    return ChosenOptimizer(config.name, fallback.name, problem, _create(fallback), said)


def checked_model(config: DictConfig, classes: int) -> dict[str, object]:
    """What the device is checked with: which model, told by its source too, and its precision."""
    asked_for = specification(config, classes)
    del asked_for["weights"]  # it is checked with others
    parts = (asked_for[key] for key in ("name", "build", "sizes"))
    source = inspect.getsourcefile(builder(*parts))
    return {
        **asked_for,
        "source": digest(Path(source).read_text(), 16) if source else None,
        "precision": config.precision,
    }


def _create(config: DictConfig) -> dict[str, Any]:
    created = OmegaConf.to_container(config.create, resolve=True)
    assert isinstance(created, dict)
    return {str(key): value for key, value in created.items()}


def _verdict(
    config: DictConfig,
    backend: str,
    machine: Machine,
    device_kind: str,
    cache_dir: Path,
    model: Mapping[str, object] | None,
) -> Answer:
    """What the trial of the optimizer and of the model gave. Kept per device and software."""
    trial: dict[str, object] = {"backend": backend, "create": _create(config)}
    trial["device"] = device_kind
    trial |= {"model": dict(model), "check": _CHECK} if model is not None else {}

    def ask() -> Answer:
        where = f"on the {device_kind.upper()}, once for this software"
        announce(f"trying optimizer={config.name} {where}")
        if model is None:
            return _try_out(config, trial)
        dtype = COMPUTED_IN[str(model["precision"])]
        known = is_known(machine, backend, device_kind, dtype, cache_dir)
        answer = _try_out(config, trial if known else {**trial, "peak": dtype})
        peak = answer.pop("peak", None)
        if peak is not None:
            keep_peak(machine, backend, device_kind, dtype, cache_dir, peak)
        return answer

    def check(verdict: Answer) -> None:
        found = typed(_Verdict, verdict)
        if model is not None and found == _Verdict(None, []):
            raise ValueError("the model was not checked")

    return kept(cache_dir / "optimizer_trials", machine.setup, trial, ask, check)


def _held(verdict: Answer, device_kind: str, model: Mapping[str, object] | None) -> str | None:
    """What the check of the device gave, in words. Raises WrongResultsError."""
    if model is None:
        return None
    if verdict["faults"]:
        name, more = device_kind.upper(), len(verdict["faults"]) - 1
        others = f" (and {more} more)" if more else ""
        remedy = "machine.accelerator=cpu" if device_kind != "cpu" else "another backend"
        raise WrongResultsError(
            f"the {name} computes wrong in {model['precision']}: {verdict['faults'][0]}{others}; "
            f"use {remedy}, or other versions of the framework"
        )
    if "unchecked" in verdict:
        return f"not checked: {verdict['unchecked']}"
    return f"passed: {verdict['kinds']} kinds of layers against NumPy"


def _try_out(config: DictConfig, trial: Mapping[str, Any]) -> Answer:
    """Run a trial in a process of its own: a plug-in can hang or abort it."""
    try:
        verdict = run_trial(_TRIAL, trial, config.trial_timeout_s)
    except TrialError as error:
        return {"problem": str(error), "faults": []}
    if "mistake" in verdict:
        raise ConfigurationError(
            f"optimizer={config.name}: it cannot be made ({verdict['mistake']}); see `create` in "
            f"conf/optimizer/{config.name}.yaml"
        )
    return verdict
