"""What the page of a sweep's own run says of it, in Markdown."""

from collections.abc import Sequence

from chipbench.ground.metrics import metric
from chipbench.measure.statistics import centre, interval
from chipbench.sweeping import summary
from chipbench.sweeping.combinations import Combination, combinations
from chipbench.sweeping.ended_job import SPEEDS, TIMES, JobEnd
from chipbench.sweeping.plan import names
from chipbench.terminal.markdown import markdown_text

#: More would not fit a tag; `combinations.csv` has all.
_MAX_ROWS = 20


def note_of(jobs: Sequence[JobEnd]) -> str:
    """The sweep in a line, and its combinations in a table: means with their 95 % intervals."""
    line = markdown_text(summary.text(jobs))
    tried = combinations(jobs)
    shown = [n for n in (*TIMES, *SPEEDS) if any(_known(one, n) for one in tried)]
    if not shown:
        return line
    known = names([ended.job for ended in jobs])
    heads = ["Combination", "Jobs done", *(f"`{name}`, mean (95 % interval)" for name in shown)]
    rows = [
        [
            "all repeats" if len(tried) == 1 else markdown_text(known[one.jobs[0].job.number]),
            f"{sum(ended.done for ended in one.jobs)} of {len(one.jobs)}",
            *(_mean(one, name) for name in shown),
        ]
        for one in tried[:_MAX_ROWS]
    ]
    table = [_row(heads), _row(["---"] * len(heads)), *map(_row, rows)]
    left_out = len(tried) - len(rows)
    more = [f"{left_out} more in `combinations.csv`"] if left_out else []
    return "\n\n".join([line, "\n".join(table), *more])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _known(combination: Combination, name: str) -> list[float]:
    return combination.values(lambda ended: ended.first([name]))


def _mean(combination: Combination, name: str) -> str:
    """With its interval, where repeats give one; empty if nothing is known."""
    values, shown = _known(combination, name), metric(name).format
    if not values:
        return ""
    bounds = interval(values)
    spread = "" if bounds is None else f" ({shown(bounds[0])} to {shown(bounds[1])})"
    return f"{shown(centre(values))}{spread}"
