"""How far an export is: a bar or lines, and its speed at each second of the clip."""

import time

from chipbench.ground import metrics
from chipbench.terminal.progress_bar import Bar
from chipbench.workloads.workload import Report


class FrameProgress:
    """Called with the number of frames done; shows it, and reports the speed by position."""

    def __init__(
        self,
        frames: int,
        fps: float,
        report: Report = lambda step, values: None,
        what: str = "exporting",
    ) -> None:
        self._bar = Bar("frames")
        self._frames = frames
        self._fps = fps
        self._report = report
        self._what = what
        self._done = 0
        self._last_s = 0.0

    def __enter__(self) -> "FrameProgress":
        self._last_s = time.monotonic()
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(*error)

    def __call__(self, frames: int) -> None:
        """Take how many frames are done by now."""
        now_s = time.monotonic()
        if frames > self._done and now_s > self._last_s:
            speed = (frames - self._done) / (now_s - self._last_s)
            self._report(int(frames / self._fps), {metrics.POSITION_SPEED: speed})
            self._done, self._last_s = frames, now_s
        self._bar.show(self._what, frames, self._frames)
