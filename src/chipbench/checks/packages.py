"""The packages that belong to the machine's hardware, where they do not serve it."""

from collections.abc import Iterator

from chipbench import hardware
from chipbench.checks.check import PROBLEM, WARNING, Check, check_of
from chipbench.hardware import Machine


def packages_checks(machine: Machine, backend: str, accelerator: str) -> Iterator[Check]:
    """What is wrong with those of `backend`; `accelerator` is that of `machine.accelerator`."""
    by_tensorflow = backend == "tensorflow"
    metadata = hardware.metadata_mismatch(machine)
    if metadata is not None:
        yield check_of("packages", PROBLEM, metadata)
    foreign = hardware.foreign_plugin(machine) if by_tensorflow else None
    if foreign is not None:
        yield check_of("plug-in", WARNING, foreign)
    unread = hardware.sensor_mismatch(machine)
    if unread is not None:
        yield check_of("sensors", WARNING, unread)
    # PyTorch and JAX bring CUDA's libraries along, in other versions too.
    missing = hardware.missing_cuda_libraries() if by_tensorflow else ()
    cuda = hardware.cuda_mismatch(machine, hardware.driver_version(), missing)
    if cuda is not None:
        yield check_of("CUDA", WARNING if accelerator == "cpu" else PROBLEM, cuda)
