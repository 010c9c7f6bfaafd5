"""A card: a machine, a few bars or numbers, and what a reader must know, on a strip of its own."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from chipbench.ground.drawing.figure import COLOURS, heading, new_figure, save

_WIDTH, _HEIGHT = 8.0, 3.2
_LONGEST = 100
_LEFT, _TOP, _STEP = 0.03, 0.62, 0.15
_BAR, _BAR_LEFT, _BAR_WIDTH = 0.05, 0.03, 0.22


@dataclass(frozen=True)
class Measure:
    """One line of a card: in words, and a bar where it has a value."""

    text: str
    value: float | None = None
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class Card:
    """What a card says."""

    machine: str
    work: str
    measures: tuple[Measure, ...]
    cautions: tuple[str, ...]
    foot: str  # software, date, whoever made it


def draw_card(path: Path, card: Card) -> None:
    """Draw it, as the ending of `path` asks."""
    figure = new_figure(_WIDTH, _HEIGHT)
    figure.text(_LEFT, 0.87, heading(card.machine), fontsize=17, weight="bold")
    figure.text(_LEFT, 0.77, heading(card.work), fontsize=10, color="#444444")
    most = max((one.value or 0 for one in card.measures), default=0)
    for place, one in enumerate(card.measures):
        y = _TOP - _STEP * place
        left = _LEFT
        if one.value is not None and most > 0:
            left = _BAR_LEFT + _BAR_WIDTH + 0.02
            axes = figure.add_axes((_BAR_LEFT, y - 0.01, _BAR_WIDTH, _BAR))
            axes.barh(0, one.value, color=COLOURS[0])
            if one.bounds is not None:
                axes.plot(one.bounds, (0, 0), color=COLOURS[6], marker="|")
            axes.axvline(1, color=COLOURS[3], linewidth=1)
            axes.set_xlim(0, 1.15 * max(most, 1))
            axes.set_axis_off()
        figure.text(left, y, heading(one.text), fontsize=9)
    said = shorten("; ".join(card.cautions), _LONGEST, placeholder=" …")
    if said:
        figure.text(_LEFT, 0.13, heading(f"caution: {said}"), fontsize=8, color=COLOURS[3])
    figure.text(_LEFT, 0.05, heading(card.foot), fontsize=8, color="#444444")
    save(figure, path)
