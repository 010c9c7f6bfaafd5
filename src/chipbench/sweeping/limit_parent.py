"""The run of a search for the largest batch: its table, curve and what it found."""

from dataclasses import replace
from pathlib import Path

from chipbench.ground import tags
from chipbench.ground.search_metrics import BATCH_SIZE_MAX
from chipbench.sweeping import limit_summary as summary
from chipbench.sweeping.ended_job import JobEnd
from chipbench.sweeping.job_table import print_jobs
from chipbench.sweeping.parent import Parent
from chipbench.sweeping.plan import Job, Plan
from chipbench.terminal.extras import Extras
from chipbench.terminal.markdown import markdown_text
from chipbench.terminal.messages import say
from chipbench.tracking.recorder import Recorder

TABLE = "limits.csv"


class LimitParent(Parent):
    """Its jobs are the tries so far: what ended tells which is next."""

    tables = (TABLE,)

    def __init__(self, folder: Path, plan: Plan, recorder: Recorder, slow_share: float) -> None:
        """`slow_share`: of the best speed; what is below counts as slow."""
        super().__init__(folder, plan, recorder)
        self._slow_share = slow_share

    @property
    def plan(self) -> Plan:
        """The tries so far."""
        return self._plan

    def add(self, job: Job) -> Job:
        """One more is tried."""
        self._plan = replace(self._plan, jobs=(*self._plan.jobs, job))
        return job

    def conclude(self, interrupted: bool) -> bool:
        """Record what is known of the limit, and the end; returns whether it was found."""
        jobs, recorder = self.update(), self._recorder
        found = summary.own_metrics(jobs, self._slow_share)
        trouble = summary.trouble(jobs)
        done = BATCH_SIZE_MAX in found and trouble is None and not interrupted
        text = summary.text(jobs, self._slow_share)
        recorder.metrics(found)
        reason = None if done else text if interrupted or trouble is None else trouble
        recorder.tags({tags.JOBS: len(jobs)})
        where = self._end(done, interrupted, reason)
        if len(jobs) > 1:
            Extras().attempt("showing the tries", lambda: print_jobs(jobs))
        say(text, style="bold")
        if jobs:
            say(f"as a table: {recorder.folder / TABLE}")
        say(where)
        return done

    def _record(self, jobs: list[JobEnd]) -> None:
        """Write the table and the curve, and say what is known so far."""
        extras = Extras()
        extras.attempt(f"writing {TABLE}", lambda: self._table(TABLE, summary.rows(jobs)))
        extras.attempt("drawing the batch sizes", lambda: self._draw(jobs))
        self._recorder.description(markdown_text(summary.text(jobs, self._slow_share)))
