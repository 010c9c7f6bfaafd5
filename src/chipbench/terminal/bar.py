"""A bar in a terminal, lines elsewhere, for work that is counted."""

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_LINE_EVERY_S = 10.0  # without a terminal


class Bar:
    """Shows how much of each stage is done, and the time that is left; `unit` is counted."""

    def __init__(self, console: Console, unit: str) -> None:
        self._console = console
        self._unit = unit
        self._stage = ""
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
        self._task = self._bar.add_task("", total=None)

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
            self._stage, self._begin_s = stage, now_s
            self._bar.reset(self._task, total=total, description=stage)
        if self._console.is_terminal:
            self._bar.update(self._task, completed=done, total=total, refresh=True)
        elif total and done and now_s - self._line_s > _LINE_EVERY_S:
            self._line_s = now_s
            left_s = (now_s - self._begin_s) * (total - done) / done
            self._console.print(
                f"{stage}: {done:,} of {total:,} {self._unit}, about {left_s:.0f} s left",
                highlight=False,
            )
