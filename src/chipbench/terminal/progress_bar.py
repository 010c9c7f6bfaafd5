"""A bar in a terminal, lines elsewhere, for work that is counted."""

import time
from typing import TYPE_CHECKING

from chipbench.terminal.console import console
from chipbench.terminal.escaping import plain

if TYPE_CHECKING:
    from rich.progress import Progress

_LINE_EVERY_S = 10.0  # without a terminal
_REFRESH_S = 0.1


class Bar:
    """Shows how much of each stage is done, and the time that is left; `unit` is counted."""

    def __init__(self, unit: str, stderr: bool = False) -> None:
        self._console = console(stderr)
        self._unit = unit
        self._stage = ""
        self._bar = drawing(stderr)
        self._task = self._bar.add_task("", total=None, speed="")
        self._begin_s = self._line_s = self._next_s = 0.0

    def __enter__(self) -> "Bar":
        self._begin_s = self._line_s = time.monotonic()
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def show(self, stage: str, done: int, total: int | None) -> None:
        """Take how much is done by now; each stage begins its own count."""
        now_s = time.monotonic()
        if stage != self._stage:
            self._stage, self._begin_s, self._next_s = stage, now_s, now_s
            self._bar.reset(self._task, total=total, description=plain(stage))
        if self._console.is_terminal:
            if now_s >= self._next_s:
                self._next_s = now_s + _REFRESH_S
                self._bar.update(self._task, completed=done, total=total, refresh=True)
        elif total and done and now_s - self._line_s > _LINE_EVERY_S:
            self._line_s = now_s
            left_s = (now_s - self._begin_s) * (total - done) / done
            line = f"{stage}: {done:,} of {total:,} {self._unit}, about {left_s:.0f} s left"
            self._console.print(plain(line), soft_wrap=True)


def drawing(stderr: bool = False) -> "Progress":
    """A bar that goes away at its end and moves only when told; its tasks have a `speed`."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
        TimeRemainingColumn(),
        console=console(stderr),
        transient=True,
        auto_refresh=False,
    )
