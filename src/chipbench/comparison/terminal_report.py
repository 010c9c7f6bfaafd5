"""The comparison in a terminal, for those who open no browser: its pages have the rest."""

from chipbench.comparison.report import Report, Table
from chipbench.comparison.terminal_summary import print_summary
from chipbench.ground.invocation import command
from chipbench.terminal.messages import say
from chipbench.terminal.table import Column, show_table

#: Columns that hold no numbers.
_WORDS = ("machine", "model", "work", "versions", "this machine")
#: Of these, what all lines of a table may share.
_SHARED = ("work", "this machine")


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
    """What all lines share is said once below, as a column of it would leave no room for others."""
    rows = [[" ".join(cell.text.split()) for cell in line.cells] for line in table.rows]
    shared = {
        head: rows[0][place]
        for place, head in enumerate(table.heads)
        if head in _SHARED and len({row[place] for row in rows}) == 1
    }
    kept = [place for place, head in enumerate(table.heads) if head not in shared]
    columns = [Column(table.heads[n], right=table.heads[n] not in _WORDS) for n in kept]
    show_table(columns, [[row[n] for n in kept] for row in rows], title=table.title)
    for head, text in shared.items():
        if text:
            say(f"{head}: {text}")
    for note in table.notes:
        say(note)
