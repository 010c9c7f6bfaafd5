"""The parent run of a sweep: its tables, curve and best combination, updated as jobs end."""

import threading
from functools import partial
from pathlib import Path

from chipbench.ground import tags
from chipbench.ground.csv_file import write_table
from chipbench.ground.drawing.line_chart import draw_batch_sizes
from chipbench.published.benchmark_words import words_of
from chipbench.sweeping import summary
from chipbench.sweeping.combinations import best, combination_rows, curves, failed_sizes
from chipbench.sweeping.ended_job import JobEnd
from chipbench.sweeping.job_outcome import outcome_of
from chipbench.sweeping.job_table import print_jobs
from chipbench.sweeping.plan import Plan
from chipbench.sweeping.sweep_page import note_of
from chipbench.terminal.extras import Extras
from chipbench.terminal.messages import say
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.run_location import delivered

_EVERY_S = 2.0
_JOBS = "sweep.csv"
_COMBINATIONS = "combinations.csv"


class Parent:
    """Looks at the jobs' folders every other second while the sweep runs, wherever they run."""

    #: The files that it keeps up to date.
    tables: tuple[str, ...] = (_JOBS, _COMBINATIONS)

    def __init__(self, folder: Path, plan: Plan, recorder: Recorder) -> None:
        self._folder = folder
        self._plan = plan
        self._recorder = recorder
        self._shown: list[JobEnd] = []
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

    def update(self) -> list[JobEnd]:
        """Record the tables, the curve and the best, if a job ended or wrote more since."""
        jobs = self.jobs()
        if jobs == self._shown:
            return jobs
        self._shown = jobs
        self._record(jobs)
        return jobs

    def conclude(self, interrupted: bool) -> bool:
        """Record the summary and the end; returns whether all jobs are done."""
        jobs = self.update()
        done = all(ended.done for ended in jobs)
        text = summary.text(jobs)
        where = self._end(done, interrupted, None if done else text)
        if len(jobs) > 1:
            Extras().attempt("showing the jobs", lambda: self._show(jobs))
        say(text)
        say(f"as tables: {self._recorder.folder / ' and '.join(self.tables)}")
        say(where)
        return done

    def _end(self, done: bool, interrupted: bool, reason: str | None) -> str:
        """Record the end and why it is not a whole one; returns where it is recorded."""
        status = "completed" if done else "interrupted" if interrupted else "failed"
        self._recorder.tags({tags.STATUS: status, tags.REASON: reason})
        self._recorder.end("FINISHED" if done else "KILLED" if interrupted else "FAILED")
        return delivered(self._recorder)

    def _record(self, jobs: list[JobEnd]) -> None:
        """Write the tables and the curve, and say of the sweep's own run what it has."""
        extras = Extras()
        extras.attempt(f"writing {_JOBS}", lambda: self._table(_JOBS, summary.rows(jobs)))
        rows = partial(combination_rows, jobs)
        extras.attempt(f"writing {_COMBINATIONS}", lambda: self._table(_COMBINATIONS, rows()))
        extras.attempt("drawing the batch sizes", lambda: self._draw(jobs))
        self._recorder.metrics(summary.own_metrics(jobs), sum(ended.done for ended in jobs))
        self._recorder.tags({tags.BEST: best(jobs)})
        self._recorder.description(note_of(jobs))

    def _show(self, jobs: list[JobEnd]) -> None:
        """Print the jobs beside each other."""
        print_jobs(jobs)

    def _follow(self) -> None:
        while not self._over.wait(_EVERY_S):
            self.update()

    def _draw(self, jobs: list[JobEnd]) -> None:
        known = curves(jobs)
        if known:
            path = self._recorder.folder / "batch_sizes.png"
            draw_batch_sizes(path, known, failed_sizes(jobs), _title(jobs))
            self._recorder.artifact(path)

    def _table(self, name: str, rows: list[dict[str, object]]) -> None:
        write_table(self._recorder.folder / name, rows)
        self._recorder.artifact(self._recorder.folder / name)


def _title(jobs: list[JobEnd]) -> str:
    """What the curve shows, in words."""
    measured = sorted({ended.outcome.benchmark for ended in jobs} - {""})
    return f"Speed by batch size: {', '.join(words_of(name).title for name in measured)}"
