"""What was found to be wrong or doubtful, and what mends it: one record, one sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Whoever decides reads the fields; `str` is for people alone."""

    what: str
    remedy: str | None = None  # None where nothing mends it
    rules_out: bool = False  # of a run: whether its number is not what it says, and never ranked

    def __str__(self) -> str:
        """`on battery power: plug it in`."""
        return self.what if self.remedy is None else f"{self.what}: {self.remedy}"
