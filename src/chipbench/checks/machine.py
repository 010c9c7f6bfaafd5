"""The machine as it was detected, and the packages that belong to its hardware."""

from collections.abc import Iterator

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.checks.check import OK, PROBLEM, WARNING, Check, check_of
from chipbench.hardware import Accelerator, Machine
from chipbench.published.claim import facts


def machine_checks(machine: Machine, config: DictConfig) -> Iterator[Check]:
    """What it is, whether it is the one that `config` (an option of `machine/`) claims."""
    yield identity_check(machine, config)
    metadata = hardware.metadata_mismatch(machine)
    if metadata is not None:
        yield check_of("packages", PROBLEM, metadata)
    unread = hardware.sensor_mismatch(machine)
    if unread is not None:
        yield check_of("sensors", WARNING, unread)
    cuda = hardware.cuda_mismatch(
        machine, hardware.driver_version(), hardware.missing_cuda_libraries()
    )
    if cuda is not None:
        meant = config.accelerator == "cpu"
        yield check_of("CUDA", WARNING if meant else PROBLEM, cuda)


def identity_check(machine: Machine, config: DictConfig) -> Check:
    """The detected machine, and how it contradicts the claimed one."""
    claimed = config.name is not None and not config.force
    contradictions = hardware.contradictions(machine, facts(config)) if claimed else []
    if contradictions:
        return Check(
            "machine",
            PROBLEM,
            f"machine={config.name} contradicts the hardware ({'; '.join(contradictions)})",
            "use machine=auto, or machine.force=true",
        )
    return Check("machine", OK, _described(machine))


def _described(machine: Machine) -> str:
    cores = f"{machine.cpu_cores_logical} cores"
    parts = [
        machine.name,
        *([f"{machine.cpu}, {cores}"] if machine.cpu not in machine.name else []),
        *(_gpu(gpu) for gpu in machine.accelerators if gpu.name not in machine.name),
        f"{machine.memory_mib / 1024:.0f} GiB of memory",
        f"{machine.os} {machine.architecture}",
        *([machine.virtualization] if machine.virtualization else []),
        f"Python {machine.versions['python']}",
    ]
    return ", ".join(parts)


def _gpu(gpu: Accelerator) -> str:
    return f"GPU {gpu.name}"
