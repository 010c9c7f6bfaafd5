"""The comparison's charts, readable in print and by colour-blind readers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chipbench.comparison.groups import Group, Row
from chipbench.ground.metrics import metric

if TYPE_CHECKING:  # matplotlib takes a second to import, which `--help` need not wait for
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, with line styles and markers beside them for print without colour.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
_MARKERS = "osD^vP*"
_STYLES = ("-", "--", "-.", ":")
_MOST_BARS = 12

Curve = Sequence[tuple[float, float]]


def draw_times(path: Path, group: Group, title: str) -> None:
    """Bars of every machine's time, fastest on top; published results are hatched."""
    rows = group.rows[:_MOST_BARS]
    height = 1.2 + 0.4 * len(rows)
    figure = _figure(height)
    axes = figure.subplots()
    for place, row in enumerate(rows):
        axes.barh(
            place,
            row.time_s,
            color=_COLOURS[1] if row.is_reference else _COLOURS[0],
            hatch="//" if row.is_reference else None,
            edgecolor="white",
        )
        axes.text(row.time_s, place, f" {metric(group.metric).format(row.time_s)}", va="center")
    axes.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize="small")
    axes.invert_yaxis()
    axes.margins(x=0.3)  # room for the label of the longest bar
    axes.set(title=title, xlabel=f"{metric(group.metric).meaning} (s), less is better")
    figure.subplots_adjust(left=0.4, right=0.98, top=1 - 0.4 / height, bottom=0.6 / height)
    figure.savefig(path, dpi=110)


def draw_curves(path: Path, curves: Mapping[str, Curve], title: str, x: str, y: str) -> None:
    """One line per machine, told apart by colour, style and marker."""
    figure, axes = _wide_figure()
    for place, (name, points) in enumerate(curves.items()):
        axes.plot(
            [point[0] for point in points],
            [point[1] for point in points],
            label=_short(name),
            color=_COLOURS[place % len(_COLOURS)],
            linestyle=_STYLES[place % len(_STYLES)],
            marker=_MARKERS[place % len(_MARKERS)] if len(points) < 40 else None,
        )
    axes.set(title=title, xlabel=x, ylabel=y)
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no epoch 1.5
    _from_zero(axes)
    axes.legend(fontsize="small", loc="lower right")
    figure.savefig(path, dpi=110)


def draw_batch_sizes(
    path: Path, curves: Mapping[str, Curve], failures: Mapping[str, Sequence[int]], title: str
) -> None:
    """Images per second against batch size; a batch size that failed is marked on the axis."""
    figure, axes = _wide_figure()
    for place, name in enumerate(dict.fromkeys([*curves, *failures])):
        colour = _COLOURS[place % len(_COLOURS)]
        marker = _MARKERS[place % len(_MARKERS)]
        points = sorted(curves.get(name, ()))
        style = _STYLES[place % len(_STYLES)]
        axes.plot(*_columns(points), style, color=colour, marker=marker, label=_short(name))
        failed = failures.get(name, ())
        axes.plot(failed, [0] * len(failed), "x", color=colour, markersize=9, clip_on=False)
    axes.set_xscale("log", base=2)
    axes.set(title=title, xlabel="batch size (x: failed)", ylabel="images/s")
    _from_zero(axes)
    _whole_ticks(axes, [p[0] for points in curves.values() for p in points])
    axes.legend(fontsize="small")
    figure.savefig(path, dpi=110)


def _figure(height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(8, height))


# Laid out by hand, as the bars are: matplotlib's own layout draws everything twice.
def _wide_figure() -> "tuple[Figure, Axes]":
    figure = _figure(4.5)
    figure.subplots_adjust(left=0.1, right=0.98, top=0.92, bottom=0.12)
    return figure, figure.subplots()


def _from_zero(axes: "Axes") -> None:
    """A vertical axis from zero, with air above the highest point."""
    axes.set_ylim(0, 1.05 * axes.get_ylim()[1])


def _whole_ticks(axes: "Axes", sizes: Sequence[float]) -> None:
    ticks = sorted(set(sizes))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])


def _columns(points: Curve) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _label(row: Row) -> str:
    return f"{_short(row.machine)}{' (published)' if row.is_reference else ''}"


def _short(name: str) -> str:
    """One line that matplotlib takes as text: `$` would begin a formula."""
    plain = " ".join(name.split()).replace("$", r"\$")
    return plain if len(plain) <= 40 else f"{plain[:39]}…"
