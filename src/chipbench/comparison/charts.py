"""Which charts a report has: drawn from the groups, and from the histories of some runs."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from chipbench.comparison.groups import Benchmark, Group, Row
from chipbench.comparison.report import Chart
from chipbench.ground import metrics, tags
from chipbench.ground.drawing.bars import Bar, draw_bars
from chipbench.ground.drawing.lines import Measured, Points, draw_batch_sizes, draw_lines
from chipbench.ground.files import digest
from chipbench.ground.metrics import metric
from chipbench.measure.recorded_run import RecordedRun
from chipbench.terminal.extras import Extras

#: Gives a run's metric as (step, value, Unix time in ms): `history(run_id, metric)`.
History = Callable[[str, str], Sequence[tuple[int, float, int]]]

_MOST_LINES = 6
_MOST_BARS = 12


def group_charts(folder: Path, benchmark: str, group: Group, history: History) -> Iterator[Chart]:
    """Times per machine, times per epoch, and use over time, as far as they are known."""
    title = _title(benchmark, group)
    stem = digest(f"{benchmark} {group.fingerprint} {group.metric}", 10)
    if len(group.rows) > 1:
        times = Chart(f"time per machine, {title}", folder / f"times_{stem}.png")
        yield from _drawn(times, lambda: _draw_times(times.path, group, title))
    curves = _read("the times per epoch", lambda: _epoch_curves(group, history))
    if curves:
        epochs = Chart(f"time per epoch, {title}", folder / f"epochs_{stem}.png")
        words = title, "epoch", "time of the epoch (s)"
        yield from _drawn(epochs, lambda: draw_lines(epochs.path, curves, *words))
    use = _read("the use over time", lambda: _utilisation(group, history))
    if use:
        used = Chart(f"utilisation over time, {title}", folder / f"utilisation_{stem}.png")
        said = title, "time (s)", "CPU use (%)"
        yield from _drawn(used, lambda: draw_lines(used.path, use, *said))


def _drawn(chart: Chart, draw: Callable[[], None]) -> Iterator[Chart]:
    """The chart; a picture that cannot be drawn is missing, and nothing else."""
    if Extras().attempt(f"drawing {chart.title}", draw):
        yield chart


def _read(what: str, ask: Callable[[], dict[str, Points]]) -> dict[str, Points]:
    found: dict[str, Points] = {}
    Extras().attempt(f"reading {what}", lambda: found.update(ask()))
    return found


def batch_size_chart(
    folder: Path, benchmark: Benchmark, failed: Sequence[RecordedRun]
) -> Chart | None:
    """Images or sequences per second against batch size; None where only one size was measured."""
    curves: dict[str, dict[int, float]] = defaultdict(dict)
    for group in benchmark.groups:
        for row in group.rows:
            size = row.runs[0].batch_size
            if size is not None and row.speed is not None:
                curves[curve_name(row)][size] = row.speed
    curves = {name: sizes for name, sizes in curves.items() if len(sizes) > 1}
    if not curves:
        return None
    failures: dict[str, list[int]] = defaultdict(list)
    for run in failed:
        size = run.batch_size
        if run.tags.get(tags.EXPERIMENT) == benchmark.name and size is not None:
            failures[run.machine].append(size)
    path = folder / f"batch_sizes_{digest(benchmark.name, 10)}.png"
    shown = dict(list(curves.items())[:_MOST_LINES])
    points = {name: [Measured(*at) for at in sizes.items()] for name, sizes in shown.items()}
    chart = Chart(f"speed against batch size, {benchmark.name}", path)
    draw = partial(draw_batch_sizes, path, points, failures, benchmark.name)
    return next(_drawn(chart, draw), None)


def _draw_times(path: Path, group: Group, title: str) -> None:
    """Every machine's time, fastest on top."""
    shown = metric(group.metric)
    bars = [
        Bar(
            name=row.machine,
            value=row.time_s,
            label=shown.format(row.time_s),
            note=row.origin,
            published=row.is_reference,
        )
        for row in group.rows[:_MOST_BARS]
    ]
    draw_bars(path, bars, title, f"{shown.meaning} (s), less is better")


def _epoch_curves(group: Group, history: History) -> dict[str, Points]:
    curves: dict[str, Points] = {}
    for row in _with_history(group):
        for name in (metrics.EPOCH_TIME, metrics.EPOCH_TOTAL_TIME):
            if row.runs[0].metric(name) is not None:
                points = history(row.runs[0].run_id, name)
                if len(points) > 1:
                    curves[row.machine] = [(step, value) for step, value, _ in points]
    return curves


def _utilisation(group: Group, history: History) -> dict[str, Points]:
    curves: dict[str, Points] = {}
    for row in _with_history(group):
        if row.runs[0].metric(metrics.CPU_UTILIZATION) is not None:
            points = history(row.runs[0].run_id, metrics.CPU_UTILIZATION)
            first_ms = points[0][2] if points else 0
            seconds = [((ms - first_ms) / 1000, value) for _, value, ms in points]
            if len(seconds) > 1:
                curves[row.machine] = seconds
    return curves


def _with_history(group: Group) -> Sequence[Row]:
    return group.rows[:_MOST_LINES]


def curve_name(row: Row) -> str:
    """The machine, and what keeps this curve from being joined with another of the same machine."""
    known = row.runs[0].tags
    parts = [row.machine]
    if known.get(tags.PROTOCOL, "article") != "article":
        parts.append(known[tags.PROTOCOL])
    if known.get(tags.DATA_SOURCE) == "generated":
        parts.append("generated data")
    return ", ".join(parts)


def _title(benchmark: str, group: Group) -> str:
    """The benchmark, and what a chart's reader must know about its data."""
    source = group.shared.get("data source")
    return f"{benchmark}, {source} data" if source == "generated" else benchmark
