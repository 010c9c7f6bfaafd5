"""What PyTorch and JAX have in common: one device, opened by its framework's own settings."""

from omegaconf import DictConfig

from chipbench.backends.backend import Backend, Device
from chipbench.backends.device_agreement import agreed, device_name, used_of
from chipbench.hardware.machine import Machine
from chipbench.terminal.messages import announce


def open_single(backend: Backend, config: DictConfig, machine: Machine) -> Device:
    """The one device."""
    accelerator = config.machine.accelerator
    announce(f"starting {backend.title}")
    backend.start(config.verbose, accelerator)
    kind = agreed(backend, machine, accelerator, backend.gpus())
    used = used_of(machine, kind, backend.gpu_names())
    name = device_name(machine, used)
    return Device(kind, name, lambda: backend.synchronize(kind), used=used)
