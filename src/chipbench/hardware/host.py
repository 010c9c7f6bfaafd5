"""The host: what every operating system tells, and its sensors."""

import os
import platform
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import psutil

from chipbench.measure import metrics

_RECORDED_PACKAGES = (
    "chipbench",
    "tensorflow",
    "tensorflow-macos",
    "tensorflow-metal",
    "keras",
    "keras-cv",
    "numpy",
    "mlflow",
    "hydra-core",
)
_MIB = 2**20
_MEGABYTE = 1e6
_OPEN_FILES = 65_536


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as Linux gives it, else its architecture."""
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model") and value.strip():
                return value.strip()
    return platform.processor() or platform.machine()


def os_name() -> str:
    """Name and release of the operating system, never the host's name."""
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.release()}"


def is_mac() -> bool:
    """Whether this is macOS."""
    return sys.platform == "darwin"


def memory_mib() -> int:
    """Installed memory."""
    return round(psutil.virtual_memory().total / _MIB)


def power_source() -> str | None:
    """ "battery" or "mains"; None where no battery is."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if battery is None or battery.power_plugged is None:
        return None
    return "mains" if battery.power_plugged else "battery"


def cpu_governor(root: Path = Path("/sys/devices/system/cpu")) -> str | None:
    """Linux' frequency governor of the first core."""
    file = root / "cpu0/cpufreq/scaling_governor"
    return file.read_text().strip() if file.is_file() else None


def virtualization(root: Path = Path("/")) -> str | None:
    """ "container" or "virtual machine" as Linux shows it; None on bare metal or unknown."""
    if (root / ".dockerenv").exists() or (root / "run/.containerenv").exists():
        return "container"
    cpuinfo = root / "proc/cpuinfo"
    if cpuinfo.is_file() and "hypervisor" in cpuinfo.read_text().split():
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
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


class HostSensor:
    """CPU, memory, swap, disk and network, as psutil reads them."""

    def __init__(self) -> None:
        psutil.cpu_percent()  # the first call has no interval to look back on
        self._network = psutil.net_io_counters()
        self._disk = psutil.disk_io_counters()

    def read(self) -> dict[str, float]:
        """The quantities now, by metric name."""
        memory = psutil.virtual_memory()
        disk = psutil.disk_usage(os.sep)
        values = {
            metrics.CPU_UTILIZATION: psutil.cpu_percent(),
            metrics.MEMORY_USED: memory.used / _MEGABYTE,
            metrics.MEMORY_USED_PERCENT: memory.percent,
            metrics.SWAP_USED: psutil.swap_memory().used / _MEGABYTE,
            metrics.DISK_USED: disk.used / _MEGABYTE,
            metrics.DISK_USED_PERCENT: disk.percent,
            metrics.DISK_AVAILABLE: disk.free / _MEGABYTE,
        }
        return values | self._transferred() | _temperature()

    def energy_j(self) -> None:
        """The host counts no energy."""

    def _transferred(self) -> dict[str, float]:
        values: dict[str, float] = {}
        network, disk = psutil.net_io_counters(), psutil.disk_io_counters()
        if network is not None and self._network is not None:
            received = network.bytes_recv - self._network.bytes_recv
            sent = network.bytes_sent - self._network.bytes_sent
            values[metrics.NETWORK_RECEIVE] = received / _MEGABYTE
            values[metrics.NETWORK_TRANSMIT] = sent / _MEGABYTE
        if disk is not None and self._disk is not None:
            read = disk.read_bytes - self._disk.read_bytes
            written = disk.write_bytes - self._disk.write_bytes
            values[metrics.DISK_READ] = read / _MEGABYTE
            values[metrics.DISK_WRITE] = written / _MEGABYTE
        return values


def _temperature() -> dict[str, float]:
    """The hottest CPU sensor, where Linux shows one."""
    chips = psutil.sensors_temperatures() if hasattr(psutil, "sensors_temperatures") else {}
    found = [
        entry.current
        for name in ("coretemp", "k10temp", "cpu_thermal", "zenpower")
        for entry in chips.get(name, [])
        if entry.current
    ]
    return {metrics.CPU_TEMPERATURE: max(found)} if found else {}
