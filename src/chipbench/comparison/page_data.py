"""What the page's scripts compute with: the summary's numbers, and those of the charts."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from chipbench.comparison.certainty import TOO_CLOSE
from chipbench.comparison.duration_text import duration
from chipbench.comparison.price_answers import telling_pair
from chipbench.comparison.ranked_groups import Group
from chipbench.comparison.report import Bars, Chart, Curves, Report
from chipbench.comparison.summary import Column, Line, Standing, Summary, is_baseline
from chipbench.ground.drawing.line_chart import Points
from chipbench.measure.statistics import side

#: Points of a line: more are more than a screen shows.
_MOST_POINTS = 150

Data = dict[str, Any]


def embedded(report: Report) -> Data:
    """All of it, as JSON has it; a chart is found by its picture's name."""
    return {
        "summary": None if report.summary is None else _summary(report.summary),
        "charts": {chart.file: _chart(chart) for chart in _charts(report)},
    }


def _summary(summary: Summary) -> Data:
    """Columns and lines by their places, and each standing's side of a ratio."""
    place = {column.key: number for number, column in enumerate(summary.columns)}
    return {
        "columns": [_column(column, summary) for column in summary.columns],
        "focus": place[summary.focus.key],
        "pair": telling_pair(summary),
        "close": TOO_CLOSE,
        "lines": [
            {
                "machine": line.machine,
                "published": line.row.is_reference,
                "price": 0 if line.row.is_free else line.row.price_usd,
                "standings": {
                    place[column.key]: _standing(line.standings[column.key], column.group)
                    for column in summary.columns
                    if column.key in line.standings
                },
            }
            for line in summary.lines
        ],
    }


def _column(column: Column, summary: Summary) -> Data:
    known = (line.standings.get(column.key) for line in summary.lines)
    own = [found is not None and is_baseline(found, column) for found in known]
    basis = energy_basis(summary.lines, column)
    return {
        "short": column.short,
        "kind": column.words.kind,
        "baseline": own.index(True) if True in own else None,
        "basis": basis,
    }


def energy_basis(lines: Sequence[Line], column: Column) -> str | None:
    """What the column's joules are of: of unlike ones, those that most machines have."""
    known = [line.standings[column.key].row for line in lines if column.key in line.standings]
    bases = [row.energy_basis for row in known if row.energy_j is not None and row.energy_basis]
    return max(bases, key=lambda basis: (bases.count(basis), basis)) if bases else None


def _standing(found: Standing, group: Group) -> Data:
    row = found.row
    compared = side(row.samples_s, group.confidence)
    return {
        "time": row.time_s,
        "shown": duration(row.time_s),
        "centre": compared.centre,
        "half": compared.half_width,
        "rounding": compared.rounding,
        "runs": len(row.runs),
        "indication": found.indication,
        "energy": row.energy_j,
        "basis": row.energy_basis,
        "caveats": row.caveats or "",
    }


def _charts(report: Report) -> Iterator[Chart]:
    for section in report.sections:
        for group in section.groups:
            yield from group.charts
        yield from section.charts
    if report.roofline is not None:
        yield from report.roofline.charts


def _chart(chart: Chart) -> Data:
    numbers = chart.numbers
    return {"title": chart.title} | (
        _bars(numbers) if isinstance(numbers, Bars) else _curves(numbers)
    )


def _bars(numbers: Bars) -> Data:
    return {
        "x": numbers.x,
        "bars": [
            {
                "name": f"{bar.name}{bar.note}",
                "value": bar.value,
                "label": bar.label,
                "published": bar.published,
                "repeats": list(repeats) if len(repeats) > 1 else [],
                "interval": bounds,
            }
            for bar, repeats, bounds in zip(
                numbers.bars, numbers.repeats, numbers.intervals, strict=True
            )
        ],
    }


def _curves(numbers: Curves) -> Data:
    lines = [{"name": name, "points": _thinned(points)} for name, points in numbers.lines.items()]
    scale = {"doubling": numbers.doubling, "logarithmic": numbers.logarithmic}
    return {"x": numbers.x, "y": numbers.y, "lines": lines} | scale


def _thinned(points: Points) -> list[tuple[float, float]]:
    """Evenly chosen ones, the last among them; what is no number has no place on a chart."""
    known = [(float(x), float(f"{y:.6g}")) for x, y in points if math.isfinite(y)]
    step = max(1, -(-len(known) // _MOST_POINTS))
    return known[::step] + (known[-1:] if (len(known) - 1) % step else [])
