"""Whether the device that a framework will use is the one that is meant."""

from chipbench import hardware
from chipbench.backends.backend import Backend
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.hardware.machine import Machine


def agreed(backend: Backend, machine: Machine, accelerator: str, gpus: int) -> str:
    """The kind of device that `backend` will use, of which it sees so many `gpus`: "cpu" or "gpu".

    Raises UnsupportedBenchmark if a GPU is there that it does not use, or none is and one was asked
    for: the wrong thing is never measured silently.
    """
    problem = hardware.accelerator_mismatch(machine, gpus, accelerator, backend.name)
    if problem is not None:
        raise UnsupportedBenchmark(str(problem))
    if accelerator == "gpu" and not gpus:
        raise UnsupportedBenchmark(
            f"machine.accelerator=gpu: {backend.title} sees no GPU here; use "
            "machine.accelerator=cpu"
        )
    return "gpu" if gpus else "cpu"


def device_name(machine: Machine, kind: str) -> str:
    """What is recorded as the device that computes."""
    return ", ".join(gpu.name for gpu in machine.training_gpus) if kind == "gpu" else machine.cpu
