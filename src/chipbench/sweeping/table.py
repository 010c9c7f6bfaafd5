"""A sweep's jobs beside each other, as its end shows them."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Column, Table

from chipbench.ground.metrics import metric
from chipbench.sweeping import summary
from chipbench.sweeping.summary import Ended


def print_jobs(console: Console, jobs: Sequence[Ended]) -> None:
    """One line per job: what tells it from the others, how it ended, and its time and speed."""
    known = summary.names(jobs)
    shown = [name for name in summary.PRINTED if any(name in e.outcome.metrics for e in jobs)]
    table = Table(*(Column(name, no_wrap=True) for name in ("job", "values", "outcome")))
    for name in shown:
        table.add_column(name, justify="right", overflow="fold")
    for ended in jobs:
        found = ended.outcome.metrics
        values = (metric(name).format(found[name]) if name in found else "" for name in shown)
        number = str(ended.job.number + 1)
        own = known[ended.job.number].replace(" ", "\n")  # a value on each line: none is cut
        table.add_row(number, own, ended.outcome.what, *values)
    console.print(table)
