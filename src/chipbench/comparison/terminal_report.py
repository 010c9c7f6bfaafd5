"""The comparison in a terminal, for those who open no browser: its pages have the rest."""

from chipbench.comparison.report import Report, Table
from chipbench.comparison.terminal_summary import print_summary
from chipbench.ground.invocation import command
from chipbench.terminal.lines import say
from chipbench.terminal.table import Column, show_table

#: Columns that hold no numbers.
_WORDS = ("machine", "model", "work", "versions", "this machine")


def print_comparison(report: Report) -> None:
    """Print the summary, frameworks beside each other, and how many of the claims hold."""
    if report.summary is None:
        say("no run of this version of the benchmark; the report has those of earlier ones")
    else:
        print_summary(report.summary)
    say(report.counts)
    for table in (report.frameworks, report.models):
        if table is not None:
            _show(table)
    if report.unchecked is not None:
        say(f"{report.unchecked}: `{command('reference')}` imports them")
    else:
        holding = sum(claim.holds is True for claim in report.claims)
        say(f"{holding} of {len(report.claims)} claims about the published results hold")


def _show(table: Table) -> None:
    columns = [Column(head, right=head not in _WORDS) for head in table.heads]
    rows = [[" ".join(cell.text.split()) for cell in line.cells] for line in table.rows]
    show_table(columns, rows, title=table.title)
    for note in table.notes:
        say(note)
