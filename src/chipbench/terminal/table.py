"""Tables in a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from chipbench.terminal.console import console
from chipbench.terminal.escaping import plain

if TYPE_CHECKING:
    from rich.text import Text


@dataclass(frozen=True)
class Styled:
    """A cell, or one line of a cell, in a style such as `bold red`."""

    text: str
    style: str


Line = str | Styled
Cell = Line | Sequence[Line]


@dataclass(frozen=True)
class Column:
    """What a column is called, and how its cells stand."""

    head: Cell = ""
    right: bool = False
    whole: bool = False  # its lines are never broken


def show_table(
    columns: Iterable[Column],
    rows: Iterable[Iterable[Cell]],
    title: str | None = None,
    frame: bool = True,
) -> None:
    """Print a table, titled at its left; heads are shown if there are any."""
    from rich.box import HEAVY_HEAD
    from rich.table import Table

    columns = tuple(columns)
    table = Table(
        title=None if title is None else plain(title),
        title_justify="left",
        box=HEAVY_HEAD if frame else None,
        pad_edge=frame,
        show_header=any(column.head for column in columns),
    )
    for column in columns:
        table.add_column(
            _text(column.head),
            justify="right" if column.right else "left",
            no_wrap=column.whole,
            overflow="fold",  # nothing is cut off
        )
    for row in rows:
        table.add_row(*(_text(cell) for cell in row))
    console().print(table)


def head_lines(text: str, width: int, most: int | None = None) -> list[str]:
    """A head on lines of about `width` that end where a word, or at a `_` its part, does."""
    spaced = plain(text).replace("_", "_ ")
    lines = wrap(spaced, width, max_lines=most, placeholder="…")
    return [line.replace("_ ", "_") for line in lines] or [""]


def bold(row: Iterable[str]) -> list[Styled]:
    """A row that stands out."""
    return [Styled(cell, "bold") for cell in row]


def _text(cell: Cell) -> "Text":
    from rich.text import Text

    lines = (cell,) if isinstance(cell, Line) else cell
    return Text("\n").join(
        Text(plain(line.text), line.style) if isinstance(line, Styled) else Text(plain(line))
        for line in lines
    )
