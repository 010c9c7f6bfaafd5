"""Which charts a report has, and their numbers: from the groups, and from histories of some runs.

The picture that goes with the Markdown and the drawing on the page are of one record.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from chipbench.comparison.ranked_groups import Benchmark, Group, Row
from chipbench.comparison.report import Bars, Chart, Curves
from chipbench.ground import metrics, tags
from chipbench.ground.drawing.bar_chart import Bar, draw_bars
from chipbench.ground.drawing.line_chart import Measured, Points, draw_batch_sizes, draw_lines
from chipbench.ground.files import digest
from chipbench.ground.metrics import metric
from chipbench.measure.recorded_run import RecordedRun, SeriesPoint
from chipbench.measure.statistics import interval
from chipbench.published.benchmark_words import words_of
from chipbench.terminal.extras import Extras

#: Gives metrics, named by run and name, each as its points: step, value, Unix time in ms.
Histories = Callable[[Sequence[tuple[str, str]]], Sequence[Sequence[SeriesPoint]]]

_MOST_LINES = 6
_MOST_BARS = 12


def group_charts(
    folder: Path, benchmark: str, group: Group, histories: Histories
) -> Iterator[Chart]:
    """Times per machine, times and accuracy per epoch, and use over time, as far as known."""
    title = _title(benchmark, group)
    stem = digest(f"{benchmark} {group.fingerprint} {group.metric}", 10)
    if len(group.rows) > 1:
        times = Chart("time per machine", title, folder / f"times_{stem}.png", _bars(group))
        yield from _drawn(times, lambda: _draw_times(times, title))
    epochs = partial(_by_epoch, group, histories)
    for name, called, y, read in (
        ("epochs", "time per epoch", "time of the epoch (s)", partial(epochs, *_EPOCH_TIMES)),
        (
            "learning",
            "learning curve",
            "validation accuracy",
            partial(epochs, metrics.VAL_ACCURACY),
        ),
        ("utilisation", "utilisation over time", "CPU use (%)", partial(_use, group, histories)),
    ):
        lines: dict[str, Points] = {}
        Extras().attempt(f"reading the {called}", partial(_fill, lines, read))
        if lines:
            x = "time (s)" if name == "utilisation" else "epoch"
            curves = Curves(x, y, lines)
            chart = Chart(called, title, folder / f"{name}_{stem}.png", curves)
            yield from _drawn(chart, partial(draw_lines, chart.path, lines, title, x, y))


def _fill(lines: dict[str, Points], read: Callable[[], Mapping[str, Points]]) -> None:
    lines.update(read())


def _drawn(chart: Chart, draw: Callable[[], None]) -> Iterator[Chart]:
    """The chart; a picture that cannot be drawn is missing, and nothing else."""
    if Extras().attempt(f"drawing {chart.title}", draw):
        yield chart


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
    title = words_of(benchmark.name).title
    lines = {name: sorted(sizes.items()) for name, sizes in shown.items()}
    numbers = Curves("batch size", "images or sequences per second", lines, doubling=True)
    chart = Chart("speed against batch size", title, path, numbers)
    draw = partial(draw_batch_sizes, path, points, failures, title)
    return next(_drawn(chart, draw), None)


def _bars(group: Group) -> Bars:
    """Every machine's time, fastest on top, with its interval and its repeats."""
    shown = metric(group.metric)
    return Bars(
        x=f"{shown.meaning} (s), less is better",
        bars=tuple(
            Bar(
                name=row.machine,
                value=row.time_s,
                label=shown.format(row.time_s),
                note=row.origin,
                published=row.is_reference,
            )
            for row in group.rows[:_MOST_BARS]
        ),
        repeats=tuple(row.times_s for row in group.rows[:_MOST_BARS]),
        intervals=tuple(interval(row.samples_s) for row in group.rows[:_MOST_BARS]),
    )


def _draw_times(chart: Chart, title: str) -> None:
    assert isinstance(chart.numbers, Bars)
    draw_bars(chart.path, chart.numbers.bars, title, chart.numbers.x)


#: The second where only both parts of an epoch are known.
_EPOCH_TIMES = (metrics.EPOCH_TIME, metrics.EPOCH_TOTAL_TIME)


def _by_epoch(group: Group, histories: Histories, *names: str) -> Mapping[str, Points]:
    return {
        machine: [(step, value) for step, value, _ in points]
        for machine, points in _series(group, histories, *names)
    }


def _use(group: Group, histories: Histories) -> Mapping[str, Points]:
    return {
        machine: [((ms - points[0][2]) / 1000, value) for _, value, ms in points]
        for machine, points in _series(group, histories, metrics.CPU_UTILIZATION)
    }


def _series(
    group: Group, histories: Histories, *names: str
) -> Iterator[tuple[str, Sequence[SeriesPoint]]]:
    """By machine the series of these metrics that have more than a point; the last one counts."""
    known = [
        (row.machine, row.runs[0].run_id, name)
        for row in group.rows[:_MOST_LINES]
        for name in names
        if row.runs[0].metric(name) is not None
    ]
    found = histories([(run_id, name) for _, run_id, name in known])
    for (machine, _, _), points in zip(known, found, strict=True):
        if len(points) > 1:
            yield machine, points


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
    title = words_of(benchmark).title
    return f"{title}, {source} data" if source == "generated" else title
