"""The parent run of a sweep: its table, curve and best combination, updated as jobs end."""

import threading
from pathlib import Path

from chipbench.ground import tags
from chipbench.ground.drawing.lines import draw_batch_sizes
from chipbench.ground.tables import write_table
from chipbench.sweeping import outcome as outcomes
from chipbench.sweeping import summary
from chipbench.sweeping.outcome import outcome_of
from chipbench.sweeping.plan import Plan
from chipbench.sweeping.summary import JobEnd
from chipbench.sweeping.table import print_jobs
from chipbench.terminal.lines import say
from chipbench.tracking.recorder import Recorder

_EVERY_S = 2.0


class Parent:
    """Looks at the jobs' folders every other second while the sweep runs, wherever they run."""

    def __init__(self, folder: Path, plan: Plan, recorder: Recorder) -> None:
        self._folder = folder
        self._plan = plan
        self._recorder = recorder
        self._shown: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True, name="sweep")

    def __enter__(self) -> "Parent":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def jobs(self) -> list[JobEnd]:
        """All jobs as they stand now."""
        return [JobEnd(job, outcome_of(self._folder, job.number)) for job in self._plan.jobs]

    def conclude(self, interrupted: bool) -> bool:
        """Record the summary and the end; returns whether all jobs are done."""
        jobs = self.jobs()
        self._update(jobs)
        done = all(ended.outcome.what == outcomes.DONE for ended in jobs)
        status = "completed" if done else "interrupted" if interrupted else "failed"
        text = summary.text(jobs)
        self._recorder.tags({tags.STATUS: status, tags.REASON: None if done else text})
        self._recorder.end("FINISHED" if done else "KILLED" if interrupted else "FAILED")
        self._recorder.drain()
        if len(jobs) > 1:
            print_jobs(jobs)
        say(text)
        return done

    def _follow(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._update(self.jobs())

    def _update(self, jobs: list[JobEnd]) -> None:
        """Record the table, the curve and the best, if another job has ended."""
        state = [ended.outcome.what for ended in jobs]
        if state == self._shown:
            return
        self._shown = state
        folder = self._recorder.folder
        write_table(folder / "sweep.csv", summary.rows(jobs))
        self._recorder.artifact(folder / "sweep.csv")
        curves = summary.curves(jobs)
        if curves:
            path = folder / "batch_sizes.png"
            draw_batch_sizes(path, curves, summary.failed_sizes(jobs), self._plan.entry)
            self._recorder.artifact(path)
        self._recorder.tags({tags.BEST: summary.best(jobs)})
        self._recorder.description(summary.text(jobs))
