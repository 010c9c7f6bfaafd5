"""The cores that this process may use: by its affinity, and by a container's or service's quota."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from chipbench.hardware.answer_or_none import ask

_GROUPS = "sys/fs/cgroup"
#: Where version 2 of the control groups is mounted, alone or beside version 1, and version 1's.
_UNIFIED = (_GROUPS, f"{_GROUPS}/unified")
_CPU = (f"{_GROUPS}/cpu,cpuacct", f"{_GROUPS}/cpu", f"{_GROUPS}/cpuacct,cpu")


def usable_cores(root: Path = Path("/")) -> float:
    """How many cores' time may be used at once: 1.5 under a quota of one and a half."""
    online = ask(psutil.cpu_count) or 1
    return min([float(online), *_affinity(), *_quotas(root)])


def _affinity() -> Iterator[float]:
    allowed = ask(lambda: os.sched_getaffinity(0))  # not on macOS
    if allowed:
        yield float(len(allowed))


def _quotas(root: Path) -> Iterator[float]:
    """Those of this process' groups and of all above them, as far as they are seen from here."""
    for mounts, path in _groups(root):
        for mount in mounts:
            for folder in (root / mount / path, *(root / mount / path).parents):
                if not folder.is_relative_to(root / mount):
                    break
                quota = ask(lambda folder=folder: _quota(folder))  # type: ignore[misc]  # bound now
                if quota is not None and quota > 0:
                    yield quota


def _groups(root: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """The mounts to look in, each with a group; a container may see its own as the root."""
    yield from ((_UNIFIED, ""), (_CPU, ""))
    lines = (ask((root / "proc/self/cgroup").read_text) or "").splitlines()
    for _, _, rest in (line.partition(":") for line in lines):
        controllers, _, path = rest.partition(":")
        mounts = _CPU if "cpu" in controllers.split(",") else () if controllers else _UNIFIED
        if mounts and ".." not in path:
            yield mounts, path.strip("/")


def _quota(folder: Path) -> float | None:
    """The cores' time per time that a group is given; None without a limit."""
    if (folder / "cpu.max").is_file():
        given, period = (folder / "cpu.max").read_text().split()[:2]
        return None if given == "max" else int(given) / int(period)
    given = (folder / "cpu.cfs_quota_us").read_text()
    return int(given) / int((folder / "cpu.cfs_period_us").read_text())
