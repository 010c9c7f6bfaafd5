"""The machines of each model as a table of the report, and as rows for other programs."""

from collections.abc import Sequence

from chipbench.comparison.population import Population
from chipbench.comparison.report import Cell, Line, Table
from chipbench.comparison.tidy_tables import Cells
from chipbench.comparison.work_columns import work_cells
from chipbench.ground import tags
from chipbench.ground.metrics import metric
from chipbench.ground.plural import counted
from chipbench.published.benchmark_words import words_of

#: Lines that the table shows; the rest are in comparison_models.csv.
_MOST_LINES = 60
_HEADS = ("machine", "work", "machines", "runs", "25th", "50th", "75th percentile", "this machine")


def population_table(found: Sequence[Population]) -> Table | None:
    """The report's; None where no model has several machines. This machine's model comes first."""
    if not found:
        return None
    ordered = sorted(found, key=lambda one: one.here is None)
    notes = [
        "Percentiles of the time, less is better. Each machine counts once, by the median of its "
        "runs, measured here or shared; published results are not among them."
    ]
    if len(ordered) > _MOST_LINES:
        more = counted(len(ordered) - _MOST_LINES, "more line is", "more lines are")
        notes.append(f"{more} in comparison_models.csv")
    lines = tuple(_line(one) for one in ordered[:_MOST_LINES])
    return Table("Machines of one model", _HEADS, lines, tuple(notes))


def population_rows(found: Sequence[Population]) -> list[Cells]:
    """The rows of `comparison_models.csv`."""
    return [_cells(one) for one in found]


def _line(one: Population) -> Line:
    shown = metric(one.group.metric)
    return Line(
        (
            Cell(one.model),
            Cell(f"{words_of(one.benchmark).short}: {one.group.title}"),
            Cell(str(one.machines), one.machines),
            Cell(str(one.runs), one.runs),
            *(Cell(shown.format(time_s), time_s) for time_s in one.quartiles_s),
            Cell(one.standing, "" if one.here is None else one.here.time_s),
        )
    )


def _cells(one: Population) -> Cells:
    low, middle, high = one.quartiles_s
    here, run = one.here, one.group.rows[0].runs[0]
    return {
        "benchmark": one.benchmark,
        "fingerprint": one.group.fingerprint,
        "data_source": run.tags.get(tags.DATA_SOURCE),
        **work_cells(run),
        "machine": one.model,
        "machines": one.machines,
        "runs": one.runs,
        "metric": one.group.metric,
        "time_25th_percentile_s": low,
        "time_50th_percentile_s": middle,
        "time_75th_percentile_s": high,
        "this_machine_time_s": None if here is None else here.time_s,
        "this_machine_slower_than": None if here is None else here.slower_than,
        "this_machine_others": None if here is None else here.others,
        "this_machine_caveats": None if here is None else here.caveats,
    }
