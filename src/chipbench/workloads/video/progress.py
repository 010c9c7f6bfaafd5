"""How far an export is: a bar or lines, and its speed at each second of the clip."""

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from chipbench.measure import metrics
from chipbench.workloads.workload import Report

_LINE_EVERY_S = 10.0  # without a terminal


class FrameProgress:
    """Called with the number of frames done; shows it, and reports the speed by position."""

    def __init__(
        self,
        console: Console,
        frames: int,
        fps: float,
        report: Report = lambda step, values: None,
        what: str = "exporting",
    ) -> None:
        self._console = console
        self._frames = frames
        self._fps = fps
        self._report = report
        self._what = what
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
        self._task = self._bar.add_task(what, total=frames)
        self._done = 0

    def __enter__(self) -> "FrameProgress":
        self._begin_s = self._last_s = self._line_s = time.monotonic()
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(self, frames: int) -> None:
        """Take how many frames are done by now."""
        now_s = time.monotonic()
        if frames > self._done and now_s > self._last_s:
            speed = (frames - self._done) / (now_s - self._last_s)
            self._report(int(frames / self._fps), {metrics.POSITION_SPEED: speed})
            self._done, self._last_s = frames, now_s
        if self._console.is_terminal:
            self._bar.update(self._task, completed=frames, refresh=True)
        elif frames and now_s - self._line_s > _LINE_EVERY_S:
            self._line_s = now_s
            left_s = (now_s - self._begin_s) * (self._frames - frames) / frames
            self._console.print(
                f"{self._what}: {frames:,} of {self._frames:,} frames, about {left_s:.0f} s left",
                highlight=False,
            )
