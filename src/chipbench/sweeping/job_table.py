"""A sweep's jobs beside each other, as its end shows them."""

from collections.abc import Sequence

from chipbench.ground.metrics import metric
from chipbench.sweeping.ended_job import PRINTED, JobEnd
from chipbench.sweeping.plan import names
from chipbench.terminal.table import Column, head_lines, show_table

#: Characters of a head's line.
_HEAD = 14


def print_jobs(jobs: Sequence[JobEnd]) -> None:
    """One line per job: what tells it from the others, how it ended, and its time and speed."""
    known = names([ended.job for ended in jobs])
    shown = [name for name in PRINTED if any(name in e.outcome.metrics for e in jobs)]
    columns = [Column("job", whole=True), Column("values"), Column("outcome", whole=True)]
    rows = []
    for ended in jobs:
        found = ended.outcome.metrics
        values = [metric(name).format(found[name]) if name in found else "" for name in shown]
        own = known[ended.job.number].split(" ")  # a value on each line
        rows.append([str(ended.job.number + 1), own, ended.outcome.what, *values])
    numbers = (Column(head_lines(name, _HEAD), right=True, whole=True) for name in shown)
    show_table([*columns, *numbers], rows, frame=False)
