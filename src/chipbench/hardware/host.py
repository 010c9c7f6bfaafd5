"""The host: what every operating system tells about the machine."""

import os
import platform
import re
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import psutil

from chipbench.hardware.answer_or_none import ask
from chipbench.hardware.arm import arm_name

_RECORDED_PACKAGES = (
    "chipbench",
    "tensorflow",
    "torch",
    "jax",
    "jaxlib",
    "tensorflow-macos",
    "tensorflow-cpu",
    "tensorflow-rocm",
    "tensorflow-metal",
    "tensorflow-metal-plugin",
    "tensorflow-metadata",
    "tensorflow-datasets",
    "protobuf",
    "macmon",
    "macmon-lib",
    "keras",
    "keras-cv",
    "numpy",
    "scikit-learn",
    "mlflow",
    "hydra-core",
)
_MIB = 2**20
#: The second is what every macOS grants, where a hard limit of "unlimited" is not the whole truth.
_OPEN_FILES = (65_536, 10_240)
_CONTAINER_GROUPS = ("docker", "kubepods", "containerd", "libpod", "lxc")
_VIRTUAL_PRODUCTS = (
    "KVM", "QEMU", "Standard PC", "VirtualBox", "VMware", "Virtual Machine", "HVM domU",
    "Google Compute Engine", "OpenStack", "Bochs",
)  # fmt: skip


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as Linux gives it, or its parts', else its architecture."""
    lines = _text(cpuinfo).splitlines()
    for key, _, value in (line.partition(":") for line in lines):
        if key.strip() in ("model name", "Model") and value.strip():
            return value.strip()
    return arm_name(lines) or platform.processor() or platform.machine()


def os_name() -> str:
    """Name and release of the operating system.

    Of a Linux release only the numbers: what follows them may name whoever built the kernel.
    """
    if is_mac():
        return f"macOS {macos_release()}"
    numbers = re.match(r"[\d.]*\d", platform.release())
    return f"{platform.system()} {numbers.group() if numbers else ''}".strip()


def is_mac() -> bool:
    """Whether this is macOS."""
    return sys.platform == "darwin"


def forks_safely() -> bool:
    """Whether a fork of a process that has imported large libraries can use them.

    On macOS Metal and the system's own frameworks abort in one.
    """
    return sys.platform == "linux"


def macos_release() -> str | None:
    """macOS' release, such as "15.1"; None on other systems."""
    return platform.mac_ver()[0] if is_mac() else None


def memory_mib() -> int:
    """Installed memory."""
    return round(psutil.virtual_memory().total / _MIB)


def available_memory_mib(root: Path = Path("/sys/fs/cgroup")) -> int:
    """Memory that a program could still get; a container's own limit counts where it has one."""
    available = psutil.virtual_memory().available
    limit, used = (_text(root / f"memory.{name}").strip() for name in ("max", "current"))
    if limit.isdigit() and used.isdigit():
        available = min(available, int(limit) - int(used))
    return round(available / _MIB)


def power_source() -> str | None:
    """ "battery" or "mains"; None where no battery is."""
    battery = ask(lambda: psutil.sensors_battery())  # a container has no folder of supplies
    if battery is None or battery.power_plugged is None:
        return None
    return "mains" if battery.power_plugged else "battery"


def cpu_governor(root: Path = Path("/sys/devices/system/cpu")) -> str | None:
    """Linux' frequency governor of the first core."""
    return _text(root / "cpu0/cpufreq/scaling_governor").strip() or None


def virtualization(root: Path = Path("/")) -> str | None:
    """ "container" or "virtual machine" as Linux shows it; None on bare metal or unknown."""
    groups = _text(root / "proc/1/cgroup")
    markers = (root / ".dockerenv", root / "run/.containerenv")
    if any(m.exists() for m in markers) or any(name in groups for name in _CONTAINER_GROUPS):
        return "container"
    product = _text(root / "sys/class/dmi/id/product_name")
    virtual = any(name in product for name in _VIRTUAL_PRODUCTS)
    if virtual or "hypervisor" in _text(root / "proc/cpuinfo").split():
        return "virtual machine"
    return None


def on_colab() -> bool:
    """Whether this is Google Colab."""
    return "COLAB_RELEASE_TAG" in os.environ or _importable("google.colab")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that matter, without importing them."""
    found = {"python": platform.python_version()}
    for package in _RECORDED_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def raise_open_files_limit() -> None:
    """Raise the soft limit on open files: macOS gives 256, which long runs exhaust."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for files in _OPEN_FILES:
        wanted = files if hard == resource.RLIM_INFINITY else min(hard, files)
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            return
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):  # above macOS' own kern.maxfilesperproc: try less
            continue
        return


def open_files_limit() -> int | None:
    """How many files a process may open once the limit was raised; None: unlimited."""
    raise_open_files_limit()
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def _text(file: Path) -> str:
    """What the system's file says; nothing where it is missing or not for this user."""
    return ask(lambda: file.read_text(errors="replace")) or ""


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
