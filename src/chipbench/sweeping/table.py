"""A sweep's jobs beside each other, as its end shows them."""

from collections.abc import Sequence

from chipbench.ground.metrics import metric
from chipbench.sweeping.job_end import PRINTED, JobEnd
from chipbench.sweeping.plan import names
from chipbench.terminal.table import Column, show_table


def print_jobs(jobs: Sequence[JobEnd]) -> None:
    """One line per job: what tells it from the others, how it ended, and its time and speed."""
    known = names([ended.job for ended in jobs])
    shown = [name for name in PRINTED if any(name in e.outcome.metrics for e in jobs)]
    columns = [Column(head, whole=True) for head in ("job", "values", "outcome")]
    rows = []
    for ended in jobs:
        found = ended.outcome.metrics
        values = [metric(name).format(found[name]) if name in found else "" for name in shown]
        own = known[ended.job.number].split(" ")  # a value on each line: none is cut
        rows.append([str(ended.job.number + 1), own, ended.outcome.what, *values])
    show_table([*columns, *(Column(name, right=True) for name in shown)], rows)
