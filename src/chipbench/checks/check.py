"""How one thing that `doctor` looks at stands."""

from dataclasses import dataclass

from chipbench.ground.finding import Finding

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


def check_of(name: str, status: str, finding: Finding) -> Check:
    """The check that gave `finding`."""
    return Check(name, status, finding.what, finding.remedy)
