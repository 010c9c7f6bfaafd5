"""Say what this machine is, what is used, what is missing: `mlflow run . -e doctor`."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.checks.check import PROBLEM, Check, alone
from chipbench.checks.conditions import condition_checks
from chipbench.checks.datasets import datasets_check
from chipbench.checks.diagnosis import print_json, print_table
from chipbench.checks.disk import disk_check
from chipbench.checks.encoders import encoders_check
from chipbench.checks.machine import machine_check
from chipbench.checks.packages import packages_checks
from chipbench.checks.tracking import journals_check, start_probe, store_check
from chipbench.checks.training import (
    backend_check,
    doubt,
    read_trial,
    start_trial,
    start_trouble,
    training_check,
)
from chipbench.config.options import project_dir
from chipbench.ground.cache import cache_folder, named_folder
from chipbench.ground.processes import Child
from chipbench.hardware import Machine
from chipbench.running import command
from chipbench.terminal.messages import announce
from chipbench.tracking.store import Store, configured_store

_LOAD_S = 0.6  # a tenth of what doctor takes; a run itself looks for longer


def doctor(config: DictConfig) -> int:
    """Look, and print what was found; the exit code."""
    checks = look(config)
    (print_json if config.json else print_table)(checks)
    return command.FAILED if any(c.status == PROBLEM for c in checks) else command.DONE


def look(config: DictConfig) -> list[Check]:
    """All checks. What takes longest, the training, is begun first, the others done beside it."""
    store = configured_store(config.tracking, project_dir())
    announce(f"trying {hardware.TITLES[config.backend.name]} on the digits, and looking around")
    machine = hardware.detect()
    with ExitStack() as stack:
        training = _started(stack, _training(machine, config))
        conditions = alone("conditions", lambda: _conditions(machine))  # beside the training
        experiment = config.tracking.experiment_name
        probe = _started(stack, None if store is None else start_probe(store, experiment))
        encoders = stack.enter_context(ThreadPoolExecutor()).submit(encoders_check)
        cache = cache_folder(config.cache_dir)
        outputs = Path("outputs")
        journals = named_folder("journals", config.journals)
        beside = [
            *alone("machine", lambda: machine_check(machine, config.machine)),
            *alone("packages", lambda: _packages(machine, config)),
            *conditions,
            *alone("cache folder", lambda: disk_check("cache folder", cache, "cache_dir")),
            *alone("output folder", lambda: disk_check("output folder", outputs, "output_dir")),
            *alone("data sets", lambda: datasets_check(cache)),
            *alone("undelivered runs", lambda: journals_check(journals)),
            *alone("encoders", encoders.result),
            *alone("tracking store", lambda: _store(store, probe)),
        ]
        return [beside[0], *_trained(machine, config, training), *beside[1:]]


def _packages(machine: Machine, config: DictConfig) -> Iterable[Check]:
    return packages_checks(machine, config.backend.name, config.machine.accelerator)


def _store(store: Store | None, probe: Child | None) -> Check:
    return store_check(store, None if probe is None else probe.ended())


def _conditions(machine: Machine) -> Iterable[Check]:
    """The load is of others, whatever the training uses."""
    return condition_checks(machine, hardware.load_now(_LOAD_S))


def _started(stack: ExitStack, process: Child | None) -> Child | None:
    return None if process is None else stack.enter_context(process)


def _training(machine: Machine, config: DictConfig) -> Child | None:
    """None where importing the framework itself would fail."""
    name = config.backend.name
    if start_trouble(machine, name) is not None:
        return None
    return start_trial(name, config.machine.accelerator, config.training_timeout_s)


def _trained(machine: Machine, config: DictConfig, training: Child | None) -> Sequence[Check]:
    """The framework and its training; a GPU that fails with Adam is tried with its fallback."""
    name, accelerator = config.backend.name, config.machine.accelerator
    trial = None if training is None else read_trial(training.ended())
    fallback = None
    if trial is not None and trial.gpus and doubt(trial) is not None:
        with start_trial(name, accelerator, config.training_timeout_s, "sgd") as again:
            fallback = read_trial(again.ended())
    return [backend_check(machine, name, accelerator, trial), training_check(trial, fallback)]


if __name__ == "__main__":
    command.run("doctor", doctor)
