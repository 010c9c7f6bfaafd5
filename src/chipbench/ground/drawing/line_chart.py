"""Lines: something over time or epochs, and speed against batch size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chipbench.ground.drawing.figure import (
    COLOURS,
    MARKERS,
    STYLES,
    from_zero,
    short_name,
    whole_numbers,
    wide_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Measured:
    """A point that was measured, with its interval where repeats give one."""

    x: float
    y: float
    bounds: tuple[float, float] | None = None


_FEW = 40  # points that are marked one by one


def draw_lines(
    path: Path,
    lines: Mapping[str, Points],
    title: str,
    x: str,
    y: str,
    top: float | None = None,
    logarithmic: bool = False,
) -> None:
    """One line per name, told apart by colour, style and marker; `top` ends the vertical axis.

    With `logarithmic`, both axes are, and none begins at 0.
    """
    with wide_axes(path, title, x, y) as axes:
        for place, (name, points) in enumerate(lines.items()):
            axes.plot(*columns(points), label=short_name(name), **looks(place, len(points)))
        if logarithmic:
            from matplotlib.ticker import LogFormatter  # which `wide_axes` has made importable

            axes.loglog()
            for axis in (axes.xaxis, axes.yaxis):  # 20, and not a power of ten
                axis.set_major_formatter(LogFormatter())
                axis.set_minor_formatter(LogFormatter())
        else:
            whole_numbers(axes)
            from_zero(axes, top)
        axes.legend(fontsize="small", loc="best" if logarithmic else "lower right")


def draw_batch_sizes(
    path: Path,
    curves: Mapping[str, Sequence[Measured]],
    failures: Mapping[str, Sequence[int]],
    title: str,
) -> None:
    """Speed against batch size; a batch size that failed is marked on the axis."""
    with wide_axes(path, title, "batch size (x: failed)", "images or sequences/s") as axes:
        for place, name in enumerate(dict.fromkeys([*curves, *failures])):
            shown = looks(place)
            points = sorted(curves.get(name, ()), key=lambda point: point.x)
            sizes, speeds = [point.x for point in points], [point.y for point in points]
            axes.errorbar(
                sizes, speeds, _beyond(points), capsize=4, label=short_name(name), **shown
            )
            failed = failures.get(name, ())
            marks = {"color": shown["color"], "markersize": 9, "clip_on": False}
            axes.plot(failed, [0] * len(failed), "x", **marks)
        axes.set_xscale("log", base=2)
        from_zero(axes)
        _ticks_at(axes, [point.x for points in curves.values() for point in points])
        axes.legend(fontsize="small")


def _beyond(points: Sequence[Measured]) -> list[list[float]]:
    """How far each interval reaches below and above its point; nowhere without one."""
    ends = [point.bounds or (point.y, point.y) for point in points]
    below = [point.y - low for point, (low, _) in zip(points, ends, strict=True)]
    return [below, [high - point.y for point, (_, high) in zip(points, ends, strict=True)]]


def looks(place: int, points: int = 0) -> dict[str, Any]:
    """The colour, style and marker of the line at `place`; many points have no markers."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": STYLES[place % len(STYLES)],
        "marker": MARKERS[place % len(MARKERS)] if points < _FEW else None,
    }


def _ticks_at(axes: "Axes", sizes: Sequence[float]) -> None:
    ticks = sorted(set(sizes))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])


def columns(points: Points) -> tuple[list[float], list[float]]:
    """All x, and all y."""
    return [x for x, _ in points], [y for _, y in points]
