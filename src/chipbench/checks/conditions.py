"""What else would slow a measurement, or end it: power, clocks, other programs, memory, limits."""

from collections.abc import Iterator

from chipbench import hardware
from chipbench.checks.check import OK, PROBLEM, WARNING, Check, check_of
from chipbench.hardware import Load, Machine
from chipbench.measure.caveats import of_governor, of_load, of_low_power, of_power

#: The main job holds CIFAR-10 as float32 arrays beside TensorFlow: 3.4 GiB at its peak.
_ENOUGH_MEMORY_MIB, _LEAST_MEMORY_MIB = 4096, 2048
_ENOUGH_OPEN_FILES = 1024


def condition_checks(machine: Machine, load: Load | None) -> Iterator[Check]:
    """The conditions now; the load was measured before anything else was started."""
    yield power_check(machine)
    yield governor_check(machine)
    yield load_check(load)
    yield memory_check(hardware.available_memory_mib())
    yield open_files_check(hardware.open_files_limit())


def power_check(machine: Machine) -> Check:
    """The mains or a battery, and macOS' low-power mode."""
    finding = of_power(machine) or of_low_power(machine)
    if finding is not None:
        return check_of("power", WARNING, finding)
    return Check("power", OK, machine.power_source or "no battery")


def governor_check(machine: Machine) -> Check:
    """Who sets the clock, on Linux."""
    name, finding = "CPU governor", of_governor(machine)
    if finding is not None:
        return check_of(name, WARNING, finding)
    return Check(name, OK, machine.cpu_governor or "none to set on this machine")


def load_check(load: Load | None) -> Check:
    """What other programs, and other guests of the host, take is missing from the measurement."""
    doubts = "; ".join(map(str, of_load(load, "just now")))
    if doubts:
        return Check("other load", WARNING, doubts, "end other programs, or wait")
    if load is None:
        return Check("other load", OK, "not known")
    return Check("other load", OK, f"other programs use {load.others_percent:.0f} % of the CPU")


def memory_check(available_mib: int) -> Check:
    """Whether the main job fits without swapping."""
    found = f"{available_mib / 1024:.1f} GiB available"
    if available_mib >= _ENOUGH_MEMORY_MIB:
        return Check("memory", OK, found)
    status = WARNING if available_mib >= _LEAST_MEMORY_MIB else PROBLEM
    remedy = "close programs, or use less with dataset.max_examples=10000"
    return Check("memory", status, f"{found}, and the main job needs 3.4", remedy)


def open_files_check(limit: int | None) -> Check:
    """Long runs at large batch sizes exhaust a low limit; `limit` is after it was raised."""
    if limit is None or limit >= _ENOUGH_OPEN_FILES:
        return Check("open files", OK, "unlimited" if limit is None else f"{limit:,} at a time")
    return Check(
        "open files",
        WARNING,
        f"{limit} at a time, and it cannot be raised",
        f"let an administrator raise the hard limit of `ulimit -Hn` to {_ENOUGH_OPEN_FILES}",
    )
