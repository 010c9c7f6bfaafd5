"""What PyTorch and JAX have in common: one device, opened by its framework's own settings."""

from omegaconf import DictConfig

from chipbench.backends.agreement import agreed, device_name
from chipbench.backends.backend import Backend, Device
from chipbench.backends.cluster import Cluster
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware.machine import Machine
from chipbench.terminal.lines import announce


def open_single(
    backend: Backend, config: DictConfig, machine: Machine, cluster: Cluster | None
) -> Device:
    """The one device. Raises ConfigurationError for what only TensorFlow does here."""
    strategy = config.strategy.name
    if cluster is not None or strategy != "none":
        raise ConfigurationError(
            f"strategy={strategy}: backend={backend.name} trains on one device; use "
            "backend=tensorflow, or strategy=none"
        )
    accelerator = config.machine.accelerator
    announce(f"starting {backend.title}")
    backend.start(config.verbose, accelerator)
    kind = agreed(backend, machine, accelerator, backend.gpus())
    return Device(kind, device_name(machine, kind), lambda: backend.synchronize(kind))
