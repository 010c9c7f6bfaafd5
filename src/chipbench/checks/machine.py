"""The machine as it was detected, and whether it is the one that was claimed."""

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.checks.check import OK, PROBLEM, Check
from chipbench.hardware import Accelerator, Machine
from chipbench.published.machine_claim import facts


def machine_check(machine: Machine, config: DictConfig) -> Check:
    """The detected machine, and how it contradicts `config`'s (an option of `machine/`)."""
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
