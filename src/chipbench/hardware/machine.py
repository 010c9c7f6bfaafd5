"""The machine record: what the hardware at hand is, with absent values explicit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

#: By vendor, what a GPU is called that does not say its name.
UNNAMED = {"nvidia": "NVIDIA GPU", "amd": "AMD GPU"}
#: Back end → what its framework's distribution is called on some machines.
_DISTRIBUTIONS = {"tensorflow": ("tensorflow-macos", "tensorflow-cpu", "tensorflow-rocm")}
#: Apple's, and a third party's for TensorFlow 2.20 (tensorflow pull request 126384).
METAL, OTHER_METAL = "tensorflow-metal", "tensorflow-metal-plugin"


@dataclass(frozen=True)
class Accelerator:
    """One GPU (or the GPU of a system on a chip)."""

    vendor: str  # "nvidia", "apple", "amd"
    name: str
    cores: int | None = None  # GPU cores as Apple counts them; None where the vendor states none
    memory_mib: int | None = None  # None where the memory is the system's own (Apple Silicon)
    driver: str | None = None
    power_limit_w: float | None = None  # what it may draw as it is set; None where none is stated


@dataclass(frozen=True)
class Machine:
    """What is recorded about a machine; nothing in it identifies its owner.

    No host name, user name, serial number, address, or path is a field here, by design.
    """

    name: str  # what a result is attributed to: "Apple M1 Max (32-core GPU)"
    cpu: str
    cpu_cores_physical: int | None
    cpu_cores_logical: int  # that this process may use
    memory_mib: int
    os: str  # "Linux 6.1", "macOS 15.1"
    architecture: str  # "x86_64", "arm64"
    accelerators: tuple[Accelerator, ...] = ()
    model: str | None = None  # the vendor's model name, "MacBookPro18,2"
    virtualization: str | None = None  # "container", "virtual machine"; None on bare metal
    power_source: str | None = None  # "battery", "mains"; None where there is no battery to ask
    low_power_mode: bool | None = None  # of macOS; None where it is not stated
    cpu_governor: str | None = None  # Linux frequency governor
    colab: bool = False
    cpu_quota: float | None = None  # the cores' time that may be used, where it is no whole number
    fingerprint: str | None = None  # of this installation and its cores; None: not to be told apart
    gpu_doubt: str | None = None  # why there may be GPUs that are not among the accelerators
    versions: dict[str, str] = field(default_factory=dict)  # distribution → version

    @property
    def prefix(self) -> str:
        """What every name of this machine begins with."""
        return "Colab " if self.colab else ""

    @property
    def training_gpus(self) -> tuple[Accelerator, ...]:
        """The GPUs that a TensorFlow for this operating system can use."""
        return usable_by_tensorflow(self.accelerators, self.os)

    @property
    def setup(self) -> tuple[object, ...]:
        """What decides how a device computes: processor, accelerators, drivers and software."""
        accelerators = [f"{a.name} {a.driver}" for a in self.accelerators]
        return self.cpu, self.cpu_cores_logical, accelerators, sorted(self.versions.items())

    def distribution(self, backend: str) -> str:
        """What the framework of `backend` is installed as; its usual name where it is not."""
        return distribution(backend, self.versions)

    def framework_version(self, backend: str) -> str | None:
        """The version of the framework of `backend`, whatever its distribution is called here."""
        return self.versions.get(self.distribution(backend))

    @property
    def plug_in(self) -> str | None:
        """The version of TensorFlow's plug-in for Metal, and its name where it is not Apple's."""
        other = self.versions.get(OTHER_METAL)
        return self.versions.get(METAL) if other is None else f"{other} ({OTHER_METAL})"

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        text = json.dumps(self.as_dict(), indent=2, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")

    def as_dict(self) -> dict[str, Any]:
        """The record as plain JSON-ready values."""
        return asdict(self)


def distribution(backend: str, versions: Mapping[str, str]) -> str:
    """What the framework of `backend` is called among these; its usual name where it is not."""
    names = (backend, *_DISTRIBUTIONS.get(backend, ()))
    return next((name for name in names if name in versions), backend)


def usable_by_tensorflow(accelerators: tuple[Accelerator, ...], os: str) -> tuple[Accelerator, ...]:
    """Those that TensorFlow has a build or a plug-in for: CUDA, or Metal on Apple and AMD."""
    vendors = ("apple", "amd") if os.startswith("macOS") else ("nvidia",)
    return tuple(a for a in accelerators if a.vendor in vendors)


def slug(name: str) -> str:
    """A machine's name as an identifier: lower case, words joined by underscores."""
    return "_".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def cores_text(machine: Machine) -> str:
    """The cores that may be used: "1 core", "1.5 cores"."""
    cores = machine.cpu_quota or machine.cpu_cores_logical
    return f"{cores:g} core" + ("" if cores == 1 else "s")


def gpus_text(names: Sequence[str], cores: int | None = None) -> str:
    """The GPUs' names as one: with the cores of Apple's, and how many there are of each."""
    if cores is not None:
        return f"{names[0]} ({cores}-core GPU)"
    counts = {name: names.count(name) for name in names}
    return " + ".join(f"{name} x{n}" if n > 1 else name for name, n in counts.items())
