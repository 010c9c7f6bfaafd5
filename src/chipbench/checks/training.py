"""The framework as it will run here, and whether the device computes correctly."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from chipbench import hardware
from chipbench.checks.check import OK, PROBLEM, WARNING, Check, check_of
from chipbench.ground.finding import Finding
from chipbench.ground.processes import Child, Exit, module_command, with_import_path
from chipbench.hardware import Machine
from chipbench.hardware.keras_file import keras_file_trouble
from chipbench.hardware.machine import METAL

_MODULE = "chipbench.backends.trials.digits"
#: Digits of ten classes: chance is 0.1, and these few epochs give 0.85 and more where they compute.
_LEAST_ACCURACY = 0.7
#: Float32 on different devices sums in different orders; a wrong kernel is off by far more.
_AGREEMENT = 0.1


@dataclass(frozen=True)
class Trial:
    """What a training on the digits gave."""

    started: bool  # whether the framework could be imported
    gpus: int  # that it uses
    results: Mapping[str, tuple[float, float]]  # device → validation loss and accuracy
    failure: str | None  # how its process failed
    timed_out: bool = False


def start_trial(backend: str, accelerator: str, timeout_s: float, optimizer: str = "adam") -> Child:
    """Begin the trial beside this process; `accelerator` is that of `machine.accelerator`."""
    command = module_command(_MODULE, backend, accelerator, optimizer)
    environment = with_import_path(os.environ)
    return Child(command, timeout_s=timeout_s, environment=environment, own_group=True)


def read_trial(end: Exit) -> Trial:
    """The trial from what its process printed, however far it came."""
    said = [json.loads(line) for line in end.lines if line.startswith("{")]
    results = {line["device"]: (line["loss"], line["accuracy"]) for line in said if "loss" in line}
    gpus = [line["gpus"] for line in said if "gpus" in line]
    return Trial(bool(gpus), sum(gpus), results, end.failure, timed_out=end.code is None)


def start_trouble(machine: Machine, backend: str) -> Finding | None:
    """Why importing the framework itself would fail, which its versions and Keras' file tell."""
    wrong = keras_file_trouble()
    if wrong is not None:
        return wrong
    if not _is_installed(machine, backend):
        others = [name for name in hardware.TITLES if name != backend and name in machine.versions]
        instead = "".join(f", or say backend={name}" for name in others)
        return Finding(
            f"{backend} is not installed", f"`pip install 'chipbench[{backend}]'`{instead}"
        )
    return hardware.metal_plugin_mismatch(machine) if backend == "tensorflow" else None


def _is_installed(machine: Machine, backend: str) -> bool:
    """TensorFlow's distributions have many names: it is looked for as what is imported."""
    if backend == "tensorflow":
        return find_spec(backend) is not None
    return backend in machine.versions


def backend_check(machine: Machine, backend: str, accelerator: str, trial: Trial | None) -> Check:
    """Which framework runs on what; `trial` is None where it must not be imported."""
    name = hardware.TITLES[backend]
    broken = start_trouble(machine, backend)
    if broken is not None or trial is None:
        return check_of(name, PROBLEM, broken or Finding(f"{name} was not tried"))
    if not trial.started:
        remedy = f"install it anew with `make clean env`, or see `python -c 'import {backend}'`"
        return Check(name, PROBLEM, f"it does not start: {trial.failure}", remedy)
    unseen = hardware.accelerator_mismatch(machine, trial.gpus, accelerator, backend)
    if unseen is not None:
        return check_of(name, PROBLEM, unseen)
    if accelerator == "gpu" and not trial.gpus:
        return Check(
            name, PROBLEM, "machine.accelerator=gpu, and no GPU", "use machine.accelerator=cpu"
        )
    device = ", ".join(gpu.name for gpu in machine.training_gpus) if trial.gpus else "the CPU"
    version = machine.framework_version(backend) or ""
    return Check(name, OK, f"{name} {version}{_installed_as(machine, backend)} on {device}")


def _installed_as(machine: Machine, backend: str) -> str:
    """The packages that do not follow from the framework's name, in parentheses."""
    package = machine.distribution(backend)
    named = [] if package == backend else [package]
    if backend == "tensorflow" and machine.plug_in is not None:
        named.append(f"{METAL} {machine.plug_in}")
    return f" ({', '.join(named)})" if named else ""


def training_check(trial: Trial | None, fallback: Trial | None = None) -> Check:
    """Whether the digits are learned; `fallback` is the same with the optimizer's fallback."""
    name = "training"
    if trial is None:
        return Check(name, PROBLEM, "not tried", "mend the framework first")
    wrong = doubt(trial)
    if wrong is None:
        return Check(name, OK, _found(trial))
    if fallback is not None and doubt(fallback) is None:
        return Check(
            name,
            WARNING,
            f"with Adam {wrong}; with SGD it is right",
            "say optimizer=sgd; optimizer=adam falls back to it where its own trial fails",
        )
    remedy = "install the framework anew with `make clean env`"
    if trial.gpus:
        remedy = "measure the CPU with machine.accelerator=cpu, or change the GPU's plug-in"
    elif trial.timed_out:
        remedy = "end other programs, or allow it longer with training_timeout_s"
    return Check(name, PROBLEM, wrong, remedy)


def doubt(trial: Trial) -> str | None:
    """Why the trial does not show that the device computes correctly; None if it does."""
    if trial.failure is not None:
        return trial.failure
    device = "gpu" if trial.gpus else "cpu"
    if device not in trial.results:
        return "the training gave no result"
    loss, accuracy = trial.results[device]
    if not math.isfinite(loss):
        return f"the loss on the {device.upper()} is {loss}"
    if accuracy < _LEAST_ACCURACY:
        return f"{accuracy:.0%} of the digits are right on the {device.upper()}: it learned nothing"
    _, expected = trial.results.get("cpu", (loss, accuracy))
    if abs(accuracy - expected) > _AGREEMENT:
        return f"{accuracy:.0%} of the digits are right, and {expected:.0%} on the CPU"
    return None


def _found(trial: Trial) -> str:
    devices = {"gpu": "GPU", "cpu": "CPU"}
    shares = [
        f"{trial.results[device][1]:.0%} on the {name}"
        for device, name in devices.items()
        if device in trial.results
    ]
    return f"digits are read after seconds of training: {', '.join(shares)} right"
