"""What goes into a report: its benchmarks, tables, charts and claims."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from chipbench.comparison.article_claims import check_claims, unchecked
from chipbench.comparison.charts import Histories, batch_size_chart, group_charts
from chipbench.comparison.framework_comparison import beside, frameworks_table
from chipbench.comparison.machine_identity import machine_of
from chipbench.comparison.population import populations
from chipbench.comparison.population_table import population_table
from chipbench.comparison.ranked_groups import Benchmark, Sorted
from chipbench.comparison.report import Report, Section
from chipbench.comparison.report_tables import group_table
from chipbench.comparison.rooflines import rooflines
from chipbench.comparison.short_answer import brief
from chipbench.comparison.summary import summarise
from chipbench.comparison.summary_questions import verdicts
from chipbench.ground.plural import counted
from chipbench.measure.recorded_run import RecordedRun
from chipbench.published.benchmark_words import order_of, words_of

#: Benchmarks that the report shows in full.
_MOST_SECTIONS = 40
#: Groups that get charts: enough for a reader, and a bound on the report's size.
_MOST_ILLUSTRATED = 40


def make_report(
    folder: Path,
    found: Sorted,
    runs: Iterable[RecordedRun],
    histories: Histories,
    here: str | None = None,
) -> Report:
    """The report on what was `found`, its charts drawn into `folder`.

    Claims are checked by the published results among all `runs`, whichever were selected. `here`
    is the fingerprint of the machine that compares.
    """
    names = shown_benchmarks(found)
    shown = [benchmark for benchmark in found.benchmarks if benchmark.name in names]
    shown.sort(key=lambda benchmark: order_of(benchmark.name))
    illustrated = 0
    sections = []
    for benchmark in shown:
        budget = _MOST_ILLUSTRATED - illustrated
        sections.append(_section(folder, benchmark, found, histories, budget))
        illustrated += len(benchmark.groups)
    claims = tuple(check_claims(runs))
    summary = summarise(found, here)
    return Report(
        counts=count_text(found),
        sections=tuple(sections),
        claims=claims,
        unchecked=unchecked(claims),
        frameworks=frameworks_table(beside(found)),
        roofline=rooflines(found, folder),
        models=population_table(populations(found, here)),
        summary=summary,
        brief=None if summary is None else brief(summary),
        verdicts=() if summary is None else verdicts(summary),
    )


def _section(
    folder: Path, benchmark: Benchmark, found: Sorted, histories: Histories, budget: int
) -> Section:
    tables = []
    for place, group in enumerate(benchmark.groups[:_MOST_ILLUSTRATED]):
        drawn = place < budget
        charts = group_charts(folder, benchmark.name, group, histories) if drawn else ()
        tables.append(group_table(group, charts))
    curve = batch_size_chart(folder, benchmark, found.failed)
    return Section(words_of(benchmark.name), tuple(tables), () if curve is None else (curve,))


def count_text(found: Sorted) -> str:
    """How many runs were compared, and how many were left out and why."""
    rows = [row for b in found.benchmarks for group in b.groups for row in group.rows]
    runs = sum(len(row.runs) for row in rows)
    machines = len({machine_of(row.runs[0]) for row in rows})
    benchmarks = len(found.benchmarks)
    text = f"{counted(runs, 'run')} on {counted(machines, 'machine')}"
    text += f" in {counted(benchmarks, 'benchmark')}."
    if found.left_out:
        (first, number), *rest = sorted(found.left_out.items())
        reasons = [f"{counted(number, 'run')} {first}"]
        reasons += [f"{number:,} {why}" for why, number in rest]
        text += f" Left out: {', '.join(reasons)}."
    return text


def shown_benchmarks(found: Sorted) -> Sequence[str]:
    """The benchmarks that get a section: those with the most runs."""
    sizes = {
        b.name: sum(len(row.runs) for group in b.groups for row in group.rows)
        for b in found.benchmarks
    }
    return sorted(sizes, key=lambda name: -sizes[name])[:_MOST_SECTIONS]
