"""How far below their device's ceiling the trainings of a store are: a table and one chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chipbench import hardware
from chipbench.comparison.ranked_groups import Row, Sorted
from chipbench.comparison.report import Cell, Chart, Curves, Line, Table
from chipbench.ground import metrics, tags
from chipbench.ground.drawing.line_chart import Points, draw_lines
from chipbench.ground.metrics import metric
from chipbench.published.benchmark_words import words_of
from chipbench.terminal.extras import Extras

_TITLE = "How close to what the device allows"
_HEADS = (
    "machine", "training", "operations per byte", "achieved", "ceiling", "of the ceiling", "binds",
)  # fmt: skip
_NOTE = (
    "The ceiling is the lower of two: the peak of a large matrix product, and operations per byte "
    "times the memory's measured bandwidth. The bytes are a lower bound, counted from the layers' "
    "shapes, so that a training may move more and its own ceiling lie lower; what stays in a cache "
    "is not moved, so that a small model may come above it."
)
_MOST_ROWS = 40
_MOST_POINTS, _MOST_CEILINGS = 8, 3
_NEEDED = (
    metrics.INTENSITY,
    metrics.ACHIEVED_TFLOPS,
    metrics.ROOFLINE_TFLOPS,
    metrics.ROOFLINE_PERCENT,
    metrics.PEAK_TFLOPS,
    metrics.MEMORY_BANDWIDTH,
)


@dataclass(frozen=True)
class _Place:
    """A row under its ceiling: its metrics by name, means over the repeats."""

    row: Row
    benchmark: str
    known: dict[str, float]

    @property
    def training(self) -> str:
        """Which training it was, in words."""
        run = self.row.runs[0]
        framework = hardware.TITLES.get(run.backend, run.backend)
        return f"{words_of(self.benchmark).short}, batch {run.batch_size}, {framework}"


def rooflines(found: Sorted, folder: Path) -> Table | None:
    """The report's, its picture drawn into `folder`; None where no training knows its ceiling."""
    places = list(_places(found))[:_MOST_ROWS]
    if not places:
        return None
    curves = Curves(
        "operations per byte", "GFLOP/s", _ceilings(places) | _points(places), logarithmic=True
    )
    chart = Chart("roofline", "all trainings", folder / "roofline.png", curves)
    drawn = Extras().attempt(
        f"drawing {chart.title}",
        lambda: draw_lines(
            chart.path, curves.lines, _TITLE, curves.x, curves.y, logarithmic=True
        ),
    )  # fmt: skip
    lines = tuple(_line(place) for place in places)
    return Table(_TITLE, _HEADS, lines, (_NOTE,), (chart,) if drawn else ())


def _places(found: Sorted) -> Iterator[_Place]:
    for benchmark in found.benchmarks:
        for group in filter(lambda group: group.is_current, benchmark.groups):
            for row in group.rows:
                known = {name: v for name in _NEEDED if (v := row.mean_of(name)) is not None}
                if len(known) == len(_NEEDED):
                    yield _Place(row, benchmark.name, known)


def _line(place: _Place) -> Line:
    def cell(name: str) -> Cell:
        return Cell(metric(name).format(place.known[name]), place.known[name])

    binds = place.row.runs[-1].tags.get(tags.ROOFLINE_BINDS, "")
    numbers = (metrics.INTENSITY, metrics.ACHIEVED_TFLOPS, metrics.ROOFLINE_TFLOPS)
    return Line(
        (
            Cell(f"{place.row.machine}{place.row.origin}"),
            Cell(place.training),
            *map(cell, numbers),
            cell(metrics.ROOFLINE_PERCENT),
            Cell(binds),
        )
    )


def _ceilings(places: list[_Place]) -> dict[str, Points]:
    """By machine and back end, from half the least intensity to twice the greatest."""
    intensities = [place.known[metrics.INTENSITY] for place in places]
    found: dict[str, Points] = {}
    for place in places:
        peak, bandwidth = place.known[metrics.PEAK_TFLOPS], place.known[metrics.MEMORY_BANDWIDTH]
        ridge = 1e3 * peak / bandwidth
        ends = sorted({min(*intensities, ridge) / 2, ridge, 2 * max(*intensities, ridge)})
        run = place.row.runs[0]
        precision = run.params.get("precision", "float32")
        framework = hardware.TITLES.get(run.backend, run.backend)
        name = f"ceiling of {place.row.machine}, {framework}, {precision}"
        found.setdefault(name, [(x, min(1e3 * peak, x * bandwidth)) for x in ends])
    return dict(list(found.items())[:_MOST_CEILINGS])


def _points(places: list[_Place]) -> dict[str, Points]:
    return {
        f"{place.training}: {place.row.machine}": [
            (place.known[metrics.INTENSITY], 1e3 * place.known[metrics.ACHIEVED_TFLOPS])
        ]
        for place in places[:_MOST_POINTS]
    }
