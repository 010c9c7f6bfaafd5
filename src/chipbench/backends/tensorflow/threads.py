"""The device that TensorFlow computes on."""

from dataclasses import dataclass

from omegaconf import DictConfig

from chipbench.backends.backend import Device
from chipbench.backends.tensorflow.replicas import Replicas
from chipbench.hardware.machine import Machine


@dataclass(frozen=True)
class TensorFlowDevice(Device):
    """Where the computation runs, and what TensorFlow was told of it."""

    mirrored: Replicas = Replicas(1, None)
    threads: int = 1  # operations at a time, as far as they were set


@dataclass(frozen=True)
class Threads:
    """TensorFlow's threads; None leaves the number to it."""

    within_operation: int | None = None
    operations: int | None = None


def threads_for(config: DictConfig, machine: Machine) -> Threads:
    """What the protocol's `…_threads` mean here; `conf/protocol/tuned.yaml` states the rule."""
    protocol = config.protocol
    on_cpu = config.machine.accelerator == "cpu" or not machine.training_gpus
    small = on_cpu and config.dataset.in_memory and config.dataset.examples != "texts"
    automatic = Threads(1, machine.cpu_cores_logical) if small else Threads()
    return Threads(
        automatic.within_operation
        if protocol.intra_op_threads == "auto"
        else protocol.intra_op_threads,
        automatic.operations if protocol.inter_op_threads == "auto" else protocol.inter_op_threads,
    )


def set_threads(threads: Threads) -> None:
    """Tell TensorFlow, before it computes anything."""
    import tensorflow as tf

    if threads.within_operation is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads.within_operation)
    if threads.operations is not None:
        tf.config.threading.set_inter_op_parallelism_threads(threads.operations)
