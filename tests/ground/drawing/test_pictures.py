"""What is drawn can be opened, whatever strangers call their machines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from chipbench.ground.drawing.bar_chart import Bar, draw_bars, draw_stacks
from chipbench.ground.drawing.image_grid import draw_images
from chipbench.ground.drawing.line_chart import Measured, draw_batch_sizes, draw_lines
from chipbench.ground.drawing.panels import draw_panels

HOSTILE = "$x^ \\ \x1b[31m\ud800\n{" + "y" * 100
CURVES = {HOSTILE: [(32.0, 10.0), (64.0, 12.0)], "one point": [(32.0, 5.0)]}
SPEEDS = {HOSTILE: [Measured(32.0, 10.0, (9.0, 11.0)), Measured(64.0, 12.0)]}
DRAWINGS: dict[str, Callable[[Path], None]] = {
    "bars": lambda path: draw_bars(
        path, [Bar(HOSTILE, 1.0, "1 s"), Bar("b", 2.0, "2 s", published=True)], HOSTILE, "time"
    ),
    "stacks": lambda path: draw_stacks(
        path, [1, 2], {"training": [3.0, 2.0], "validation": [1.0, 1.0]}, HOSTILE, "time"
    ),
    "lines": lambda path: draw_lines(path, CURVES, HOSTILE, "epoch", "time"),
    "use": lambda path: draw_lines(path, CURVES, HOSTILE, "time", "use", top=105),
    "panels": lambda path: draw_panels(path, {HOSTILE: CURVES, "W": {"a": []}}, HOSTILE, "time"),
    "batch sizes": lambda path: draw_batch_sizes(path, SPEEDS, {HOSTILE: [128]}, HOSTILE),
    "only failures": lambda path: draw_batch_sizes(path, {}, {"all": [128]}, "t"),
    "images": lambda path: draw_images(path, np.full((5, 8, 8, 3), 300.0)),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_drawn(name: str, tmp_path: Path) -> None:
    path = tmp_path / "drawn.png"
    DRAWINGS[name](path)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 100


def test_a_published_bar_looks_otherwise(tmp_path: Path) -> None:
    """Orange and blue are told apart in the pixels."""
    colours = []
    for published in (False, True):
        path = tmp_path / f"{published}.png"
        draw_bars(path, [Bar("a", 1.0, "1 s", published=published)], "t", "x")
        with Image.open(path) as picture:
            colours.append({pixel for _, pixel in picture.convert("RGB").getcolors(1 << 20) or ()})
    blue, orange = (0x00, 0x72, 0xB2), (0xE6, 0x9F, 0x00)
    assert blue in colours[0] and orange not in colours[0]
    assert orange in colours[1] and blue not in colours[1]


def test_a_curve_of_repeats_has_error_bars_and_says_whose_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr("chipbench.ground.drawing.figure.save", lambda fig, _: drawn.append(fig))
    two = [Measured(32.0, 10.0, (9.0, 12.0)), Measured(64.0, 12.0)]
    draw_batch_sizes(tmp_path / "x.png", {"adam": two}, {}, "title")
    (axes,) = drawn[0].axes
    (curve,) = axes.containers
    assert curve.has_yerr and axes.get_title() == "title"
    (bars,) = curve[2]
    assert [list(segment[:, 1]) for segment in bars.get_segments()] == [[9.0, 12.0], [12.0, 12.0]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["adam"]
