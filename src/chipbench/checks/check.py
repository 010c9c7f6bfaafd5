"""One finding about the machine."""

from dataclasses import dataclass

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


def mismatch(name: str, status: str, text: str) -> Check:
    """The check for a `text` that names its remedy after a colon, as the hardware's do."""
    found, _, remedy = text.partition(": ")
    return Check(name, status, found, remedy)
