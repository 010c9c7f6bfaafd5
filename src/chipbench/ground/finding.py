"""What was found to be wrong or doubtful, and what mends it: one record, one sentence."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Whoever decides reads the fields; `str` is for people alone."""

    what: str
    remedy: str | None = None  # None where nothing mends it

    def __str__(self) -> str:
        """`on battery power: plug it in`."""
        return self.what if self.remedy is None else f"{self.what}: {self.remedy}"
