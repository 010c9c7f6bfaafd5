"""What of a machine computed: whose name, price and energy a result has."""

from collections.abc import Sequence
from dataclasses import dataclass

from chipbench.ground import metrics
from chipbench.ground.finding import Finding
from chipbench.hardware.machine import Machine, cores_text, gpus_text

CPU = "cpu"
GPU = "gpu"
ENCODER = "encoder"  # of a GPU, or beside it on the same chip
CHIP = "chip"  # all of it, as a vendor's own library thinks best
ELSEWHERE = "elsewhere"  # in another program, before


@dataclass(frozen=True)
class Used:
    """The device that computed, as the framework and the vendor together tell it."""

    kind: str
    gpus: tuple[int, ...] = ()  # their places among the machine's accelerators, as far as known
    names: tuple[str, ...] = ()  # of the GPUs
    doubt: Finding | None = None  # where the two do not tell the same

    def name_on(self, machine: Machine) -> str:
        """What the result is attributed to: the device that computed, on this machine."""
        if self.kind == CPU and machine.training_gpus:
            gpu, cpu = machine.training_gpus[0].name, machine.cpu
            beside = f"{gpu} machine, CPU" + ("" if cpu == gpu else f" {cpu}")
            return f"{machine.prefix}{beside} ({cores_text(machine)})"
        if self.kind == CPU:
            return f"{machine.prefix}{machine.cpu} ({cores_text(machine)})"
        if not self.names:
            return machine.name
        cores = machine.accelerators[self.gpus[0]].cores if self.gpus else None
        return f"{machine.prefix}{gpus_text(self.names, cores)}"

    def spares_a_gpu(self, machine: Machine) -> bool:
        """Whether the machine has a GPU that did not compute."""
        return self.kind == CPU and bool(machine.training_gpus)

    def powers(self, machine: Machine) -> Sequence[str]:
        """The series of power that are this device's and no other's; none where none is."""
        if self.kind == CPU:
            return (metrics.CPU_POWER,)
        if self.kind == CHIP:
            return (metrics.CHIP_POWER,)
        if self.kind == ELSEWHERE or self._is_beside_the_gpu(machine):
            return ()
        return tuple(metrics.gpu_metric(place, metrics.GPU_POWER) for place in self.gpus)

    def _is_beside_the_gpu(self, machine: Machine) -> bool:
        """Apple's media engine is on the chip, and not in the power of its GPU."""
        vendors = {machine.accelerators[place].vendor for place in self.gpus}
        return self.kind == ENCODER and "apple" in vendors


def encoder_of(machine: Machine, title: str) -> Used:
    """A GPU's video encoder; the first GPU's, as programs choose it. `title`: if none is known."""
    if not machine.accelerators:
        return Used(ENCODER, names=(title,))
    return Used(ENCODER, (0,), (machine.accelerators[0].name,))
