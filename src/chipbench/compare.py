"""Compare the recorded runs and write a report: `mlflow run . -e compare`."""

import gc
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.comparison.framework_comparison import beside, framework_rows
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.machine_identity import ids_of
from chipbench.comparison.population import populations
from chipbench.comparison.population_table import population_rows
from chipbench.comparison.ranked_groups import Sorted
from chipbench.comparison.report import Report
from chipbench.comparison.report_contents import make_report
from chipbench.comparison.report_files import write_pages
from chipbench.comparison.run_selection import selection_of
from chipbench.comparison.terminal_report import print_comparison
from chipbench.comparison.tidy_tables import run_rows, table_rows
from chipbench.config.options import project_dir
from chipbench.config.spelling_suggestion import hint
from chipbench.ground import invocation, tags
from chipbench.ground.cache import cache_folder, writable
from chipbench.ground.csv_file import write_table
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.measure.recorded_run import RecordedRun
from chipbench.running import command
from chipbench.sharing.run_sources import Sources
from chipbench.terminal.escaping import plain
from chipbench.terminal.extras import Extras
from chipbench.terminal.markdown import markdown_text
from chipbench.terminal.messages import announce, say
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.run_location import delivered
from chipbench.tracking.store import configured_store
from chipbench.tracking.undelivered import runs_that_wait, undelivered

#: Where runs of this folder leave their journals, and `sync` looks for them.
_OUTPUTS = "outputs"


def compare(config: DictConfig) -> Report:
    """Read, sort, draw, write and record; what is shown in the terminal is the same."""
    store = configured_store(config.tracking, project_dir())
    if store is None and config.files is None:
        raise ConfigurationError(
            "tracking=none: a comparison needs a tracking store, or files=PATH of shared results"
        )
    folder = writable("output_dir", Path(config.output_dir))
    sources = Sources(store, config.files)
    every = sources.read(config.experiments)
    _refuse_unknown_machines(config.machines, every)
    runs = _selected(config, every)
    found = sort_runs(runs, config.baseline)
    _refuse_nothing(config, found)
    waiting = 0 if store is None else undelivered(Path(_OUTPUTS)).waiting  # its own is not begun
    announce("drawing and writing the report")
    installation = hardware.installation_id(cache_folder(config.cache_dir))
    here = hardware.detect(installation).fingerprint
    report = make_report(folder, found, every, sources.histories, here)
    write_pages(folder, report)
    extras = Extras()
    tables = {"comparison.csv": lambda: run_rows(found)}
    tables["comparison_rows.csv"] = lambda: table_rows(found)
    if report.frameworks is not None:
        tables["comparison_frameworks.csv"] = lambda: framework_rows(beside(found))
    if report.models is not None:
        tables["comparison_models.csv"] = lambda: population_rows(populations(found, here))
    for name, rows in tables.items():
        extras.attempt(f"writing {name}", partial(_write, folder / name, rows))
    extras.attempt("showing the comparison", lambda: print_comparison(report))
    if config.record_in is not None:
        say(
            _recorded(
                Recorder(folder, store, name="comparison", experiment=config.record_in), report
            )
        )
    if waiting:
        say(_waiting(waiting))
    say(f"report: {folder / 'report.html'}")
    gc.freeze()
    return report


def _waiting(number: int) -> str:
    return (
        f"{runs_that_wait(number)} in {_OUTPUTS} for the store, and may be missing above; deliver "
        f"with `{invocation.command('sync')}`"
    )


def _write(path: Path, rows: Callable[[], Sequence[Mapping[str, object]]]) -> None:
    write_table(path, rows())


def _selected(config: DictConfig, runs: list[RecordedRun]) -> list[RecordedRun]:
    wanted = {str(key): value for key, value in config.tags.items()}
    selection = selection_of(config.machines, wanted, config.since, config.until)
    return [run for run in runs if selection.takes(run)]


def _refuse_unknown_machines(wanted: Sequence[str] | None, runs: Sequence[RecordedRun]) -> None:
    """A name that no run has is mistyped: by it, nothing would be selected."""
    known = {name for run in runs for name in (run.machine, run.tags.get(tags.MACHINE, ""))}
    lower = {name.lower() for name in known}
    for name in wanted or () if runs else ():
        if str(name).lower() not in lower:
            raise ConfigurationError(_no_such("machines", str(name), known))


def _no_such(key: str, name: str, known: set[str]) -> str:
    there = ", ".join(plain(other) for other in sorted(filter(None, known))[:20])
    return f"{key}={name}: no such machine among the runs{hint(name, known)}; there are {there}"


def _refuse_nothing(config: DictConfig, found: Sorted) -> None:
    rows = [row for b in found.benchmarks for group in b.groups for row in group.rows]
    if not rows:
        measure, published = map(invocation.command, ("train", "reference"))
        raise UnsupportedBenchmark(
            f"there is nothing to compare: measure this machine with `{measure}`, import the "
            f"published results with `{published}`, or widen the selection"
        )
    ids = {row.machine for row in rows}
    ids |= {name for row in rows for name in ids_of(row.runs[0])}
    if config.baseline is not None and config.baseline not in ids:
        raise ConfigurationError(_no_such("baseline", str(config.baseline), ids))


def _recorded(recorder: Recorder, report: Report) -> str:
    """Keep the report as a run, and say where."""
    recorder.tags({tags.KIND: "comparison", tags.STATUS: "completed"})
    recorder.description(markdown_text(report.counts))
    for path in sorted(recorder.folder.iterdir()):
        if path.suffix in (".html", ".md", ".csv", ".png"):
            recorder.artifact(path)
    recorder.end("FINISHED")
    return delivered(recorder)


if __name__ == "__main__":
    # All that is read is kept to the end. Searching it for garbage, again and again and once more
    # at exit, would take a third of the time with 10,000 runs.
    gc.disable()
    command.run("compare", compare)
