"""How one thing that `doctor` looks at stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chipbench.ground.finding import Finding
from chipbench.ground.reason import reason_of

OK = "ok"
WARNING = "warning"  # the main job runs; its numbers or some entry point may suffer
PROBLEM = "problem"  # the main job cannot run as configured


@dataclass(frozen=True)
class Check:
    """What was looked at, how it stands, what was found, and what mends it."""

    name: str
    status: str  # OK, WARNING or PROBLEM
    found: str
    remedy: str | None = None  # None where nothing needs mending


def alone(name: str, look: Callable[[], Check | Iterable[Check]]) -> list[Check]:
    """What `look` finds; one that fails is a check of its own, and the others are made."""
    try:
        found = look()
        return [found] if isinstance(found, Check) else list(found)
    except Exception as error:  # a library's or the system's: whatever it is
        return [Check(name, WARNING, f"it cannot be looked at ({reason_of(error)})")]


def check_of(name: str, status: str, finding: Finding) -> Check:
    """The check that gave `finding`."""
    return Check(name, status, finding.what, finding.remedy)
