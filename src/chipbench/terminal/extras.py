"""What is done beside finished work: each thing fails alone, and is named with its reason."""

from collections.abc import Callable

from chipbench.ground.finding import Finding
from chipbench.ground.reason import reason_of
from chipbench.terminal.messages import note


class Extras:
    """Does them; those that failed are cautions, said at once and kept for the record."""

    def __init__(self) -> None:
        self.failed: list[Finding] = []

    def attempt(self, what: str, do: Callable[[], object]) -> bool:
        """Do one of them; whether that went well."""
        try:
            do()
        except Exception as error:  # a library's, a stranger's file's, the disk's: whatever it is
            self.fail(what, reason_of(error))
            return False
        return True

    def fail(self, what: str, why: str) -> None:
        """One of them is missing."""
        finding = Finding(f"{what} failed ({why})")
        self.failed.append(finding)
        note(f"caution: {finding}")
