"""Bars: a time per machine, and the parts of each epoch's time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chipbench.ground.drawing.figure import (
    COLOURS,
    new_figure,
    save,
    short_name,
    whole_numbers,
    wide_axes,
    write_title,
)

_HATCH = "//"
_NAMES = 0.4  # of the width, for names of 48 characters


@dataclass(frozen=True)
class Bar:
    """One bar: whose it is, how long, and what stands at its end."""

    name: str
    value: float
    label: str
    note: str = ""  # stands after the name, and is never cut
    published: bool = False  # hatched, in another colour


def draw_bars(path: Path, bars: Sequence[Bar], title: str, x: str) -> None:
    """One bar below the other, in the order given."""
    height = 1.2 + 0.4 * len(bars)
    figure = new_figure(8, height)
    axes = figure.subplots()
    axes.barh(
        range(len(bars)),
        [bar.value for bar in bars],
        color=[COLOURS[1] if bar.published else COLOURS[0] for bar in bars],
        hatch=[_HATCH if bar.published else None for bar in bars],
        edgecolor="white",
    )
    for place, bar in enumerate(bars):
        axes.text(bar.value, place, f" {bar.label}", va="center")
    names = [f"{short_name(bar.name)}{bar.note}" for bar in bars]
    axes.set_yticks(range(len(bars)), names, fontsize="small")
    axes.invert_yaxis()
    axes.margins(x=0.3)  # room for the label of the longest bar
    write_title(axes, title)
    axes.set_xlabel(x)
    room = max(_NAMES, _NAMES / 48 * max(map(len, names), default=0))
    figure.subplots_adjust(left=room, right=0.98, top=1 - 0.4 / height, bottom=0.6 / height)
    save(figure, path)


def draw_stacks(
    path: Path, numbers: Sequence[int], parts: Mapping[str, Sequence[float]], title: str, y: str
) -> None:
    """One bar per epoch number, made of `parts` on top of each other."""
    with wide_axes(path, title, "epoch", y) as axes:
        bottom = [0.0] * len(numbers)
        for place, (name, values) in enumerate(parts.items()):
            hatch = _HATCH if place else None
            axes.bar(numbers, values, bottom=bottom, label=name, color=COLOURS[place], hatch=hatch)
            bottom = [below + value for below, value in zip(bottom, values, strict=True)]
        whole_numbers(axes)
        axes.legend(loc="lower right")
