"""Training on several devices at once: copies of the model, each with a share of every batch."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from omegaconf import DictConfig

from chipbench.backends.cluster import Cluster
from chipbench.backends.rendezvous import meet
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.terminal.quiet_libraries import quiet_stderr


@dataclass(frozen=True)
class Replicas:
    """The copies of the model; `scope` is where it is built."""

    number: int
    strategy: Any | None  # tf.distribute.Strategy; None: one device

    def scope(self) -> AbstractContextManager[Any]:
        """The context in which the model is built and compiled."""
        return nullcontext() if self.strategy is None else self.strategy.scope()

    def batch_size(self, whole: int) -> int:
        """Images per replica and step. Raises ConfigurationError if the batch does not divide."""
        if whole % self.number:
            raise ConfigurationError(
                f"batch_size={whole}: {self.number} replicas need a multiple of {self.number}"
            )
        return whole // self.number


def open_replicas(config: DictConfig, cluster: Cluster | None, fingerprint: str) -> Replicas:
    """What `strategy=` means on this machine; before TensorFlow has begun to compute.

    Raises UnsupportedBenchmark if it has fewer than two devices, or another worker does not come.
    """
    if config.name == "none":
        return Replicas(1, None)
    if cluster is not None:
        meet(cluster, fingerprint, config.wait_s)
        return _join(cluster, config.wait_s)
    return _mirror(config)


def _join(cluster: Cluster, wait_s: float) -> Replicas:
    """One replica per GPU of each worker, or one on each worker's CPU."""
    import tensorflow as tf

    distribute = tf.distribute
    kinds = distribute.experimental.CommunicationImplementation
    gpus = tf.config.get_visible_devices("GPU")
    resolver = distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
        task_type="worker",
        task_id=cluster.index,
        rpc_layer="grpc",
    )
    options = distribute.experimental.CommunicationOptions(
        implementation=kinds.AUTO if gpus else kinds.RING, timeout_seconds=float(wait_s)
    )
    with quiet_stderr(verbose=False):
        strategy = distribute.MultiWorkerMirroredStrategy(resolver, options)
    return Replicas(strategy.num_replicas_in_sync, strategy)


def _mirror(config: DictConfig) -> Replicas:
    """One replica per GPU of this machine, or per part of its CPU."""
    import tensorflow as tf

    visible = tf.config.get_visible_devices("GPU")
    devices = [f"GPU:{number}" for number in range(len(visible))]
    if not devices and config.cpu_devices:
        (cpu,) = tf.config.list_physical_devices("CPU")
        parts = [tf.config.LogicalDeviceConfiguration()] * config.cpu_devices
        tf.config.set_logical_device_configuration(cpu, parts)
        devices = [f"CPU:{number}" for number in range(config.cpu_devices)]
    if len(devices) < 2:
        raise UnsupportedBenchmark(
            "strategy=mirrored needs two GPUs or more, and TensorFlow sees "
            f"{len(devices)} here; use strategy=none, or strategy.cpu_devices=2 to try it"
        )
    strategy = tf.distribute.MirroredStrategy(devices)
    return Replicas(strategy.num_replicas_in_sync, strategy)
