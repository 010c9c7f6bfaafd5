"""ARM processors, which Linux gives numbers instead of a name."""

from collections.abc import Iterable, Mapping

#: Implementer → its name, and its parts' as far as they compute in machines that train.
_KNOWN: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "0x41": (
        "ARM",
        {
            "0xd03": "Cortex-A53", "0xd04": "Cortex-A35", "0xd05": "Cortex-A55",
            "0xd07": "Cortex-A57", "0xd08": "Cortex-A72", "0xd09": "Cortex-A73",
            "0xd0a": "Cortex-A75", "0xd0b": "Cortex-A76", "0xd0c": "Neoverse-N1",
            "0xd0d": "Cortex-A77", "0xd40": "Neoverse-V1", "0xd41": "Cortex-A78",
            "0xd42": "Cortex-A78AE", "0xd44": "Cortex-X1", "0xd46": "Cortex-A510",
            "0xd47": "Cortex-A710", "0xd48": "Cortex-X2", "0xd49": "Neoverse-N2",
            "0xd4a": "Neoverse-E1", "0xd4d": "Cortex-A715", "0xd4e": "Cortex-X3",
            "0xd4f": "Neoverse-V2", "0xd80": "Cortex-A520", "0xd81": "Cortex-A720",
            "0xd82": "Cortex-X4", "0xd84": "Neoverse-V3", "0xd85": "Cortex-X925",
            "0xd87": "Cortex-A725", "0xd8e": "Neoverse-N3",
        },
    ),
    "0x42": ("Broadcom", {}),
    "0x43": ("Cavium", {"0x0a1": "ThunderX", "0x0af": "ThunderX2"}),
    "0x46": ("Fujitsu", {"0x001": "A64FX"}),
    "0x48": ("HiSilicon", {"0xd01": "Kunpeng-920", "0xd02": "Kunpeng-930"}),
    "0x4e": ("NVIDIA", {"0x003": "Denver 2", "0x004": "Carmel", "0x010": "Olympus"}),
    "0x51": ("Qualcomm", {"0x001": "Oryon", "0xc00": "Falkor"}),
    "0x61": (
        "Apple",
        {
            "0x022": "M1 Icestorm", "0x023": "M1 Firestorm", "0x024": "M1 Pro Icestorm",
            "0x025": "M1 Pro Firestorm", "0x028": "M1 Max Icestorm", "0x029": "M1 Max Firestorm",
            "0x032": "M2 Blizzard", "0x033": "M2 Avalanche",
        },
    ),
    "0x6d": ("Microsoft", {"0xd49": "Azure Cobalt 100"}),
    "0xc0": ("Ampere", {"0xac3": "Ampere-1", "0xac4": "Ampere-1a", "0xac5": "Ampere-1b"}),
}  # fmt: skip


def arm_name(lines: Iterable[str]) -> str | None:
    """The processor of `/proc/cpuinfo`'s lines; a part that is not known stays a number.

    Cores of several kinds are all named, the fastest last, as Linux lists them.
    """
    found: dict[tuple[str, str], None] = {}
    implementer = ""
    for key, _, value in (line.partition(":") for line in lines):
        if key.strip() == "CPU implementer":
            implementer = value.strip().lower()
        elif key.strip() == "CPU part":
            found[implementer, value.strip().lower()] = None
    return " + ".join(_name(*both) for both in found) or None


def _name(implementer: str, part: str) -> str:
    maker, parts = _KNOWN.get(implementer, (f"ARM-compatible, maker {implementer}", {}))
    return f"{maker} {parts.get(part, f'part {part}')}"
