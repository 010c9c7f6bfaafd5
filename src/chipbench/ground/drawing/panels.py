"""Panels one below the other: several quantities over one axis of time."""

from collections.abc import Mapping
from pathlib import Path

from chipbench.ground.drawing.figure import from_zero, new_figure, save, short_name, write_title
from chipbench.ground.drawing.line_chart import Points, columns, looks

_WIDTH, _HEIGHT = 8.0, 2.0  # inches, of one panel
_MARGIN = 0.8  # for the title and the names below


def draw_panels(path: Path, panels: Mapping[str, Mapping[str, Points]], title: str, x: str) -> None:
    """A panel for each quantity, such as "power (W)", with a line per name; all share `x`."""
    height = _HEIGHT * len(panels) + _MARGIN
    figure = new_figure(_WIDTH, height)
    edge = _MARGIN / 2 / height
    figure.subplots_adjust(left=0.1, right=0.98, top=1 - edge, bottom=1.4 * edge, hspace=0.12)
    all_axes = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
    for axes, (quantity, lines) in zip(all_axes, panels.items(), strict=True):
        for place, (name, points) in enumerate(lines.items()):
            axes.plot(*columns(points), label=short_name(name), **looks(place, len(points)))
        axes.set_ylabel(short_name(quantity))
        from_zero(axes)
        axes.set_xlim(left=0)
        if len(lines) > 1:
            axes.legend(fontsize="small", loc="lower right")
    write_title(all_axes[0], title)
    all_axes[-1].set_xlabel(x)
    save(figure, path)
