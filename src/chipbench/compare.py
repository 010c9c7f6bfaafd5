"""Compare the recorded runs and write a report: `mlflow run . -e compare`."""

import gc
from pathlib import Path

from omegaconf import DictConfig

from chipbench.comparison.charts import History, batch_size_chart, group_charts
from chipbench.comparison.claims import check_claims
from chipbench.comparison.groups import Benchmark, Sorted, sort_runs
from chipbench.comparison.pages import write_pages
from chipbench.comparison.report import (
    Report,
    Section,
    count_text,
    group_table,
    shown_benchmarks,
    value_table,
)
from chipbench.comparison.selection import selection_of
from chipbench.comparison.terminal_report import print_comparison
from chipbench.comparison.tidy import comparison_rows
from chipbench.config.compose import project_dir
from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.tables import write_table
from chipbench.measure.recorded_run import RecordedRun
from chipbench.running import command
from chipbench.terminal.lines import announce, say
from chipbench.terminal.plain import plain
from chipbench.tracking.reading import StoredRuns
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import configured_store

#: Groups that get charts: enough for a reader, and a bound on the report's size.
_MOST_ILLUSTRATED = 40


def compare(config: DictConfig) -> Report:
    """Read, sort, draw, write and record; what is shown in the terminal is the same."""
    store = configured_store(config.tracking, project_dir())
    if store is None:
        raise ConfigurationError("tracking=none: a comparison needs a tracking store")
    announce(f"reading the runs of {store.address}")
    stored = StoredRuns(store)
    runs = _selected(config, stored.read(config.experiments))
    found = sort_runs(runs, config.baseline)
    _refuse_nothing(config, found)
    folder = Path(config.output_dir)
    announce("drawing and writing the report")
    recorder = Recorder(
        folder, store, name="comparison", experiment=config.tracking.experiment_name
    )
    report = _report(folder, found, runs, stored.history)
    write_pages(folder, report)
    write_table(folder / "comparison.csv", comparison_rows(found))
    _record(recorder, report)
    print_comparison(report)
    recorder.drain()
    say(f"report: {folder / 'report.html'}")
    gc.freeze()
    return report


def _selected(config: DictConfig, runs: list[RecordedRun]) -> list[RecordedRun]:
    wanted = {str(key): value for key, value in config.tags.items()}
    selection = selection_of(config.machines, wanted, config.since, config.until)
    return [run for run in runs if selection.takes(run)]


def _refuse_nothing(config: DictConfig, found: Sorted) -> None:
    rows = [row for b in found.benchmarks for group in b.groups for row in group.rows]
    if not rows:
        raise UnsupportedBenchmark(
            "there is nothing to compare: measure this machine with `mlflow run .`, import the "
            "published results with `mlflow run . -e reference`, or widen the selection"
        )
    ids = {row.machine for row in rows} | {row.runs[0].tags.get(tags.MACHINE, "") for row in rows}
    if config.baseline is not None and config.baseline not in ids:
        names = ", ".join(plain(name) for name in sorted(filter(None, ids))[:20])
        raise ConfigurationError(
            f"baseline={config.baseline}: no such machine among the runs; there are {names}"
        )


def _report(folder: Path, found: Sorted, runs: list[RecordedRun], history_of: History) -> Report:
    names = shown_benchmarks(found)
    shown = [benchmark for benchmark in found.benchmarks if benchmark.name in names]
    illustrated = 0
    sections = []
    for benchmark in shown:
        budget = _MOST_ILLUSTRATED - illustrated
        sections.append(_section(folder, benchmark, found, history_of, budget))
        illustrated += len(benchmark.groups)
    values = [value_table(b.name, group) for b in shown for group in b.groups]
    return Report(
        counts=count_text(found),
        sections=tuple(sections),
        values=tuple(table for table in values if table is not None)[:_MOST_ILLUSTRATED],
        claims=tuple(check_claims(runs)),
    )


def _section(
    folder: Path, benchmark: Benchmark, found: Sorted, history_of: History, budget: int
) -> Section:
    tables = []
    for place, group in enumerate(benchmark.groups[:_MOST_ILLUSTRATED]):
        drawn = place < budget
        charts = group_charts(folder, benchmark.name, group, history_of) if drawn else ()
        tables.append(group_table(group, charts))
    curve = batch_size_chart(folder, benchmark, found.failed)
    return Section(benchmark.name, tuple(tables), () if curve is None else (curve,))


def _record(recorder: Recorder, report: Report) -> None:
    recorder.tags({tags.KIND: "comparison", tags.STATUS: "completed"})
    recorder.description(report.counts)
    for path in sorted(recorder.folder.iterdir()):
        if path.suffix in (".html", ".md", ".csv", ".png"):
            recorder.artifact(path)
    recorder.end("FINISHED")


if __name__ == "__main__":
    # All that is read is kept to the end. Searching it for garbage, again and again and once more
    # at exit, would take a third of the time with 10,000 runs.
    gc.disable()
    command.run("compare", compare)
