"""The parent run of a suite: its table and its items' numbers, updated as items end."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from omegaconf import DictConfig

from chipbench.comparison.published_place import place
from chipbench.sweeping import summary as sweeps
from chipbench.sweeping.ended_job import JobEnd
from chipbench.sweeping.parent import Parent
from chipbench.sweeping.plan import Plan
from chipbench.sweeping.suites import summary
from chipbench.terminal.extras import Extras
from chipbench.terminal.table import Column, show_table
from chipbench.tracking.recorder import Recorder

TABLE = "suite.csv"


class SuiteParent(Parent):
    """Says of each item how long it took, how fast it was, and its place."""

    tables = (TABLE,)

    def __init__(
        self, folder: Path, plan: Plan, recorder: Recorder, configs: Sequence[DictConfig]
    ) -> None:
        """`configs` are those of the plan's jobs: Hydra composes in one thread alone."""
        super().__init__(folder, plan, recorder)
        self._configs = configs

    def _record(self, jobs: list[JobEnd]) -> None:
        places = self._places(jobs)
        rows = summary.rows(jobs, places)
        Extras().attempt(f"writing {TABLE}", lambda: self._table(TABLE, rows))
        done = sum(ended.done for ended in jobs)
        self._recorder.metrics(summary.own_metrics(jobs), done)
        self._recorder.description(summary.note_of(sweeps.text(jobs), jobs, places))

    def _show(self, jobs: list[JobEnd]) -> None:
        columns = [Column(h, right=h in summary.NUMBERS) for h in summary.TERMINAL_HEADS]
        columns = [replace(columns[0], whole=True), *columns[1:]]
        show_table(columns, summary.lines(jobs, self._places(jobs)), frame=False)

    def _places(self, jobs: Sequence[JobEnd]) -> dict[str, str]:
        return {ended.job.item: self._place(ended) for ended in jobs}

    def _place(self, ended: JobEnd) -> str:
        """Of an item that is not done, or whose number does not count, there is none."""
        if not ended.done or ended.outcome.reason is not None:
            return ""
        config = self._configs[ended.job.number]
        return place(ended.job.entry, config, ended.outcome.metrics)
