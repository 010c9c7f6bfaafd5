"""A picture file: its size, its looks, and how a stranger's text is written in it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # matplotlib takes a second to import, which `--help` need not wait for
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind readers can tell apart, with line styles and markers
# beside them for print without colour.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
MARKERS = "osD^vP*"
STYLES = ("-", "--", "-.", ":")

_WIDTH, _HEIGHT = 8.0, 4.5
_LONGEST_TITLE = 90
_LONGEST_NAME = 40


@contextmanager
def wide_axes(path: Path, title: str, x: str, y: str) -> Iterator["Axes"]:
    """Axes to draw on; the picture is written to `path` at the end."""
    figure = new_figure(_WIDTH, _HEIGHT)
    # By hand: matplotlib's own layout draws everything twice.
    figure.subplots_adjust(left=0.1, right=0.98, top=0.92, bottom=0.12)
    axes = figure.subplots()
    yield axes
    write_title(axes, title)
    axes.set(xlabel=x, ylabel=y)
    save(figure, path)


def new_figure(width: float, height: float) -> "Figure":
    """An empty figure, in inches."""
    # A notebook's variable may name a way of drawing that is not installed here.
    os.environ["MPLBACKEND"] = "agg"
    # Of fonts that are looked for once, and missing: not what a person waits for.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.CRITICAL)
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def save(figure: "Figure", path: Path) -> None:
    """Write the picture."""
    figure.savefig(path, dpi=110)


def write_title(axes: "Axes", title: str) -> None:
    """Right above the axes, as nothing else is there: to look for room takes matplotlib long."""
    axes.set_title(heading(title), y=1.0)


def from_zero(axes: "Axes", top: float | None = None) -> None:
    """A vertical axis from zero to `top`, else with air above the highest point."""
    axes.set_ylim(0, top or 1.05 * axes.get_ylim()[1])


def whole_numbers(axes: "Axes") -> None:
    """No ticks between whole numbers: there is no epoch 1.5."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def heading(text: str) -> str:
    """`text` as a picture's title."""
    return _plain(text, _LONGEST_TITLE)


def short_name(text: str) -> str:
    """`text` as the name of a bar or a line."""
    return _plain(text, _LONGEST_NAME)


def _plain(text: str, longest: int) -> str:
    """One line of at most so many characters that matplotlib can draw: `$` begins a formula."""
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    cut = line if len(line) <= longest else f"{line[: longest - 1]}…"
    named = f" {cut}" if cut.startswith("_") else cut  # else a legend leaves it out
    return named.replace("$", r"\$")
