"""What a report says, apart from how it is drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chipbench.comparison.answer import Verdict
from chipbench.comparison.article_claims import Claim
from chipbench.comparison.short_answer import Brief
from chipbench.comparison.summary import Summary
from chipbench.ground.drawing.bar_chart import Bar
from chipbench.ground.drawing.line_chart import Points
from chipbench.published.benchmark_words import Words


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
class Bars:
    """A time per machine; repeats and interval belong to the bar of the same place."""

    x: str
    bars: tuple[Bar, ...]
    repeats: tuple[tuple[float, ...], ...]
    intervals: tuple[tuple[float, float] | None, ...]  # None with fewer than two samples


@dataclass(frozen=True)
class Curves:
    """A line per name."""

    x: str
    y: str
    lines: Mapping[str, Points]
    doubling: bool = False  # x is read by factors of two
    logarithmic: bool = False  # x and y are read by factors of ten


@dataclass(frozen=True)
class Chart:
    """A chart's numbers, and the picture of them beside the report."""

    shows: str  # what is drawn: the heading above it says of which benchmark
    subject: str  # of which, where it stands alone
    path: Path
    numbers: Bars | Curves

    @property
    def title(self) -> str:
        """Its name among the charts of all benchmarks."""
        return f"{self.shows}, {self.subject}"

    @property
    def caption(self) -> str:
        """Its name under its benchmark's heading."""
        return self.shows[:1].upper() + self.shows[1:]

    @property
    def file(self) -> str:
        """The picture's name."""
        return self.path.name


@dataclass(frozen=True)
class Table:
    """A titled table with notes under it and charts below."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    value: "Table | None" = None  # the same machines by price and power
    baseline: str | None = None  # what its times are divided by


@dataclass(frozen=True)
class Section:
    """One benchmark."""

    words: Words
    groups: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()

    @property
    def name(self) -> str:
        """The benchmark's."""
        return self.words.benchmark


@dataclass(frozen=True)
class Report:
    """All that the report says."""

    counts: str
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...] = ()
    unchecked: str | None = None  # which claims lack their data
    frameworks: Table | None = None  # beside each other, where several did the same
    roofline: Table | None = None  # how far below their ceilings the trainings are
    models: Table | None = None  # how the machines of one do, where there are several
    summary: Summary | None = None  # machines × benchmarks, of this version's runs
    brief: Brief | None = None  # what the summary says, in short
    verdicts: tuple[Verdict, ...] = ()  # and what it says besides
