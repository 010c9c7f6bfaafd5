"""The comparison in a terminal: rankings and checked claims, for those who open no browser."""

from chipbench.comparison.report import Report, Table
from chipbench.ground.invocation import command
from chipbench.terminal.lines import say
from chipbench.terminal.table import Column, show_table

#: Columns that hold no numbers.
_WORDS = ("machine", "model", "work", "versions", "")


def print_comparison(report: Report) -> None:
    """Print what the pages show, but for charts and prices."""
    say(report.counts)
    for section in report.sections:
        for group in section.groups:
            _show(group, f"{section.name}: {group.title}")
    if report.frameworks is not None:
        _show(report.frameworks, report.frameworks.title)
        for note in report.frameworks.notes:
            say(note)
    show_table(
        [Column(head) for head in ("claim", "said by", "verdict", "numbers")],
        [(c.text, c.said_by, c.verdict, c.numbers) for c in report.claims],
        title="Claims checked",
    )
    if report.unchecked is not None:
        say(f"{report.unchecked}: `{command('reference')}` imports them")


def _show(table: Table, title: str) -> None:
    columns = [Column(head, right=head not in _WORDS) for head in table.heads]
    rows = [[" ".join(cell.text.split()) for cell in line.cells] for line in table.rows]
    show_table(columns, rows, title=title)
