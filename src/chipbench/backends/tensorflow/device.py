"""The device that TensorFlow computes on."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.backends.tensorflow.absence import without
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.hardware.machine import Machine
from chipbench.terminal.lines import announce
from chipbench.terminal.quiet import quiet_stderr


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
    # Keras has wrappers and pictures for these: nothing here uses them, and they slow the start.
    with quiet_stderr(verbose), without("matplotlib", "pandas", "sklearn"):
        import tensorflow as tf
    for name in ("absl", "tensorflow"):
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.ERROR)
    return tf  # type: ignore[no-any-return]  # TensorFlow has no type information


@dataclass(frozen=True)
class Threads:
    """TensorFlow's threads; None leaves the number to it."""

    within_operation: int | None = None
    operations: int | None = None


def threads_for(config: DictConfig, machine: Machine) -> Threads:
    """What the protocol's `…_threads` mean here; `conf/protocol/tuned.yaml` states the rule."""
    protocol = config.protocol
    on_cpu = config.machine.accelerator == "cpu" or not machine.training_gpus
    small = on_cpu and config.dataset.in_memory
    automatic = Threads(1, machine.cpu_cores_logical) if small else Threads()
    return Threads(
        automatic.within_operation
        if protocol.intra_op_threads == "auto"
        else protocol.intra_op_threads,
        automatic.operations if protocol.inter_op_threads == "auto" else protocol.inter_op_threads,
    )


def open_device(
    machine: Machine, accelerator: str, verbose: bool, threads: Threads = Threads()
) -> Device:
    """The device for `machine.accelerator`: auto, gpu or cpu.

    Raises UnsupportedBenchmark if a GPU is there that TensorFlow cannot use, or none is there and
    one was asked for: the wrong thing is never measured silently.
    """
    mismatch = hardware.metal_plugin_mismatch(machine)
    if mismatch is not None:
        raise UnsupportedBenchmark(str(mismatch))
    announce("starting TensorFlow")
    tf = import_tensorflow(verbose)
    if threads.within_operation is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads.within_operation)
    if threads.operations is not None:
        tf.config.threading.set_inter_op_parallelism_threads(threads.operations)
    with quiet_stderr(verbose):
        gpus = tf.config.list_physical_devices("GPU")
    problem = hardware.accelerator_mismatch(machine, len(gpus), accelerator)
    if problem is not None:
        raise UnsupportedBenchmark(str(problem))
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
