"""The summary in a terminal of 80 columns or more: as many benchmarks as there is room for."""

from collections.abc import Sequence
from textwrap import wrap

from chipbench.comparison.certainty import Certainty, certainty
from chipbench.comparison.summary import Column, Line, Standing, Summary
from chipbench.ground.plural import counted
from chipbench.terminal.console import console
from chipbench.terminal.escaping import plain
from chipbench.terminal.messages import say
from chipbench.terminal.table import Column as Shown
from chipbench.terminal.table import Styled, head_lines, show_table

_MACHINE = 28  # characters of a machine's name on one line
_HEAD, _HEAD_LINES = 9, 6  # and of a benchmark's
_GAP = 2
_HELD = "\N{NO-BREAK SPACE}"  # a mark never stands on a line of its own
_MOST_LINES = 20


def print_summary(summary: Summary) -> None:
    """Print machines × benchmarks, and what its numbers are; each machine has one that is shown."""
    columns = fitting(summary, console().width)
    standing = [line for line in summary.lines if any(c.key in line.standings for c in columns)]
    lines = standing[:_MOST_LINES]
    heads = (Shown(_head(column), right=True, whole=True) for column in columns)
    show_table(
        [Shown("machine", whole=True), *heads],
        [_cells(line, columns) for line in lines],
        frame=False,
    )
    for words in wrap(_legend(columns, lines), console().width):
        say(words)
    machines = len(summary.lines) - len(lines) + summary.left_out
    more = {"machine": machines, "benchmark": len(summary.columns) - len(columns)}
    if any(more.values()):
        said = ", ".join(counted(number, what) for what, number in more.items() if number)
        say(f"more in the report: {said}")


def fitting(summary: Summary, width: int) -> list[Column]:
    """The columns that fit beside the machines: first the focus, then those of this machine."""
    room = width - max(len(part) for line in summary.lines for part in _name(line))
    chosen = []
    for column in sorted(summary.columns, key=lambda column: _importance(column, summary)):
        cells = [_cell(line.standings.get(column.key)) for line in summary.lines]
        needed = _GAP + max(map(len, [*_head(column), *cells]))
        if needed <= room:
            room -= needed
            chosen.append(column)
    return [column for column in summary.columns if column in chosen]


def _importance(column: Column, summary: Summary) -> tuple[bool, bool, int]:
    having = [line for line in summary.lines if column.key in line.standings]
    return column is not summary.focus, not any(line.is_here for line in having), -len(having)


def _head(column: Column) -> list[str]:
    return head_lines(column.short, _HEAD, _HEAD_LINES)


def _name(line: Line) -> list[str]:
    mark = f"{_HELD}*" if line.row.is_reference else " (this machine)" if line.is_here else ""
    parts = wrap(f"{plain(line.machine)}{mark}", _MACHINE, max_lines=3, placeholder="…")
    return [part.replace(_HELD, " ") for part in parts] or [""]


def _cells(line: Line, columns: Sequence[Column]) -> list[Styled | Sequence[Styled]]:
    style = "bold" if line.is_here else ""
    name = [Styled(part, style) for part in _name(line)]
    cells = (_cell(line.standings.get(column.key)) for column in columns)
    return [name, *(Styled(cell, style) for cell in cells)]


def _cell(found: Standing | None) -> str:
    if found is None:
        return ""
    if found.speed is None:
        return f"{'~' if found.indication else ''}{found.row.time_s:,.0f} s"
    return f"{'=' if _is_open(found) else ''}{found.speed.value:.2f}"


def _is_open(found: Standing) -> bool:
    speed = found.speed
    return speed is not None and speed.value != 1 and certainty(speed) is Certainty.OPEN


def _legend(columns: Sequence[Column], lines: Sequence[Line]) -> str:
    """What the signs mean that are there."""
    known = [line.standings[c.key] for line in lines for c in columns if c.key in line.standings]
    baselines = dict.fromkeys(c.group.baseline for c in columns if c.group.baseline)
    words = []
    if baselines:
        words.append(f"times as fast as {' or '.join(baselines)}, which has 1")
    if any(line.row.is_reference for line in lines):
        words.append("* published")
    if any(map(_is_open, known)):
        words.append("= too close to tell")
    if any(one.indication for one in known):
        words.append("~ on generated data, an indication")
    return "; ".join(words)
