"""The comparison in a terminal: rankings and checked claims, for those who open no browser."""

from chipbench.comparison.report import Report
from chipbench.terminal.lines import say
from chipbench.terminal.table import Column, show_table


def print_comparison(report: Report) -> None:
    """Print what the pages show, but for charts and prices."""
    say(report.counts)
    for section in report.sections:
        for group in section.groups:
            columns = [Column(head, right=head not in ("machine", "")) for head in group.heads]
            rows = [[" ".join(cell.text.split()) for cell in line.cells] for line in group.rows]
            show_table(columns, rows, title=f"{section.name}: {group.title}")
    show_table(
        [Column(head) for head in ("claim", "said by", "verdict", "numbers")],
        [(c.text, c.said_by, c.verdict, c.numbers) for c in report.claims],
        title="Claims checked",
    )
