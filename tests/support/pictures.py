"""The pictures of comparisons, each drawn once: a fifth of a second, and most are of one store."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chipbench.comparison import charts
from chipbench.ground.files import digest, whole

Draw = Callable[..., None]


@pytest.fixture(scope="session", autouse=True)
def drawn_once(session_folder: Path) -> Iterator[None]:
    """Has the test processes copy what one of them has drawn of the same numbers and words."""
    folder = session_folder / "pictures"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        for draw in (charts.draw_bars, charts.draw_lines, charts.draw_batch_sizes):
            patch.setattr(charts, draw.__name__, _once(draw, folder))
        yield


def _once(draw: Draw, folder: Path) -> Draw:
    def drawn(path: Path, *what: object) -> None:
        known = folder / f"{digest([draw.__name__, repr(what)], 20)}.png"
        if known.exists():
            shutil.copyfile(known, path)
            return
        draw(path, *what)
        with whole(known) as new:
            shutil.copyfile(path, new)

    return drawn
