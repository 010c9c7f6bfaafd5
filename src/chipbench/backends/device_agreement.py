"""Whether the device that a framework will use is the one that is meant, and which one it is.

Two witnesses are heard before anything is timed: the framework, and the vendor's own library.
"""

from collections.abc import Iterator, Sequence

from chipbench import hardware
from chipbench.backends.backend import Backend
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.finding import Finding
from chipbench.hardware.computing_device import CPU, GPU, Used
from chipbench.hardware.machine import UNNAMED, Accelerator, Machine


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
    return GPU if gpus else CPU


def used_of(machine: Machine, kind: str, said: Sequence[str | None]) -> Used:
    """What of the machine computes; `said` are the framework's names of the GPUs that it uses."""
    if kind == CPU:
        return Used(CPU)
    places = list(_places(machine.accelerators, said))
    names = tuple(
        _name(framework, None if place is None else machine.accelerators[place])
        for framework, place in zip(said, places, strict=True)
    )
    known = tuple(place for place in places if place is not None)
    doubt = None if len(known) == len(said) else _doubt(machine, names)
    return Used(GPU, known if doubt is None else (), names, doubt)


def device_name(machine: Machine, used: Used) -> str:
    """What is recorded as the device that computes."""
    return ", ".join(used.names) if used.kind == GPU else machine.cpu


def _places(
    accelerators: Sequence[Accelerator], said: Sequence[str | None]
) -> Iterator[int | None]:
    """Which accelerator each of the framework's GPUs is: the next of its name."""
    left = [place for place, gpu in enumerate(accelerators) if gpu.vendor != "intel"]
    for name in said:
        fitting = (place for place in left if _fits(name, accelerators[place]))
        place = next(fitting, None)
        if place is not None:
            left.remove(place)
        yield place


def _fits(name: str | None, gpu: Accelerator) -> bool:
    """Whether they may be one; who does not say a name contradicts none."""
    unnamed = name is None or gpu.vendor == "apple" or gpu.name in UNNAMED.values()
    return unnamed or hardware.same_gpu(str(name), gpu.name)


def _name(framework: str | None, vendor: Accelerator | None) -> str:
    """The vendor's name, where that is the same GPU and has one."""
    if vendor is not None and (framework is None or vendor.name not in UNNAMED.values()):
        return vendor.name
    return framework or "a GPU without a name"


def _doubt(machine: Machine, names: Sequence[str]) -> Finding:
    found = ", ".join(gpu.name for gpu in machine.accelerators) or machine.gpu_doubt or "none"
    return Finding(
        f"the framework computes on {', '.join(names)}, and the vendor's library shows {found}: "
        "power and use are not read",
        "set CUDA_DEVICE_ORDER=PCI_BUS_ID, or see what the driver's own tool lists",
    )
