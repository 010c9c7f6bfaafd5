"""What a report says, apart from how it is drawn."""

import base64
from dataclasses import dataclass
from pathlib import Path

from chipbench.comparison.claims import Claim
from chipbench.comparison.summary import Summary


@dataclass(frozen=True)
class Cell:
    """A table's cell: its text, and the number that it sorts by."""

    text: str
    value: float | str = ""


@dataclass(frozen=True)
class Line:
    """A table's row."""

    cells: tuple[Cell, ...]
    published: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture beside the report."""

    title: str
    path: Path

    @property
    def file(self) -> str:
        """Its name."""
        return self.path.name

    @property
    def base64(self) -> str:
        """Its bytes, as a page that needs no network carries them."""
        return base64.b64encode(self.path.read_bytes()).decode()


@dataclass(frozen=True)
class Table:
    """A titled table with notes under it and charts below."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Section:
    """One benchmark."""

    name: str
    groups: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Report:
    """All that the report says."""

    counts: str
    sections: tuple[Section, ...]
    values: tuple[Table, ...]
    claims: tuple[Claim, ...] = ()
    unchecked: str | None = None  # which claims lack their data
    frameworks: Table | None = None  # beside each other, where several did the same
    models: Table | None = None  # how the machines of one do, where there are several
    summary: Summary | None = None  # machines × benchmarks, of this version's runs
