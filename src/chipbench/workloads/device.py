"""The device that TensorFlow computes on."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from chipbench import hardware
from chipbench.errors import UnsupportedBenchmark
from chipbench.hardware.machine import Machine
from chipbench.quiet import quiet_stderr


@dataclass(frozen=True)
class Device:
    """Where the computation runs, as TensorFlow sees it."""

    kind: str  # "cpu" or "gpu"
    name: str  # what is recorded
    synchronize: Callable[[], None]  # returns when all queued work is done


def import_tensorflow(verbose: bool) -> ModuleType:
    """TensorFlow as Keras' backend, without its start-up noise unless `verbose`."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if not verbose:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet_stderr(verbose):
        import tensorflow as tf
    for name in ("absl", "tensorflow"):
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.ERROR)
    return tf  # type: ignore[no-any-return]  # TensorFlow has no type information


def open_device(machine: Machine, accelerator: str, verbose: bool) -> Device:
    """The device for `machine.accelerator`: auto, gpu or cpu.

    Raises UnsupportedBenchmark if a GPU is there that TensorFlow cannot use, or none is there and
    one was asked for: the wrong thing is never measured silently.
    """
    mismatch = hardware.metal_plugin_mismatch(machine)
    if mismatch is not None:
        raise UnsupportedBenchmark(mismatch)
    tf = import_tensorflow(verbose)
    with quiet_stderr(verbose):
        gpus = tf.config.list_physical_devices("GPU")
    problem = hardware.accelerator_mismatch(machine, len(gpus), accelerator)
    if problem is not None:
        raise UnsupportedBenchmark(problem)
    if accelerator == "gpu" and not gpus:
        raise UnsupportedBenchmark(
            "machine.accelerator=gpu: TensorFlow sees no GPU here; use machine.accelerator=cpu"
        )
    if gpus and accelerator == "cpu":
        tf.config.set_visible_devices([], "GPU")
        gpus = []
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    name = ", ".join(a.name for a in machine.training_gpus) if gpus else machine.cpu
    return Device("gpu" if gpus else "cpu", name, tf.test.experimental.sync_devices)
