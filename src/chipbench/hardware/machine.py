"""The machine record: what the hardware at hand is, with absent values explicit."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Accelerator:
    """One GPU (or the GPU of a system on a chip)."""

    vendor: str  # "nvidia", "apple", "amd"
    name: str
    cores: int | None = None  # GPU cores as Apple counts them; None where the vendor states none
    memory_mib: int | None = None  # None where the memory is the system's own (Apple Silicon)
    driver: str | None = None


@dataclass(frozen=True)
class Machine:
    """What is recorded about a machine; nothing in it identifies its owner.

    No host name, user name, serial number, address, or path is a field here, by design.
    """

    name: str  # what a result is attributed to: "Apple M1 Max (32-core GPU)"
    cpu: str
    cpu_cores_physical: int | None
    cpu_cores_logical: int
    memory_mib: int
    os: str  # "Linux 6.1", "macOS 15.1"
    architecture: str  # "x86_64", "arm64"
    accelerators: tuple[Accelerator, ...] = ()
    model: str | None = None  # the vendor's model name, "MacBookPro18,2"
    virtualization: str | None = None  # "container", "virtual machine"; None on bare metal
    power_source: str | None = None  # "battery", "mains"; None where there is no battery to ask
    cpu_governor: str | None = None  # Linux frequency governor
    colab: bool = False
    versions: dict[str, str] = field(default_factory=dict)  # distribution → version

    @property
    def training_gpus(self) -> tuple[Accelerator, ...]:
        """The GPUs that a TensorFlow for this operating system can use."""
        return usable_by_tensorflow(self.accelerators, self.os)

    @property
    def slug(self) -> str:
        """`name` as an identifier: lower case, words joined by underscores."""
        words = "".join(c if c.isalnum() else " " for c in self.name.lower()).split()
        return "_".join(words)

    @property
    def setup(self) -> tuple[object, ...]:
        """What decides how a device computes: processor, accelerators, drivers and software."""
        accelerators = [f"{a.name} {a.driver}" for a in self.accelerators]
        return self.cpu, self.cpu_cores_logical, accelerators, sorted(self.versions.items())

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        path.write_text(json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n")

    def as_dict(self) -> dict[str, Any]:
        """The record as plain JSON-ready values."""
        return asdict(self)


def usable_by_tensorflow(accelerators: tuple[Accelerator, ...], os: str) -> tuple[Accelerator, ...]:
    """Those that TensorFlow has a build or a plug-in for: CUDA, or Metal on Apple and AMD."""
    vendors = ("apple", "amd") if os.startswith("macOS") else ("nvidia",)
    return tuple(a for a in accelerators if a.vendor in vendors)
