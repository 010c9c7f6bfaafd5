"""One shared run, as what compares and what imports take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chipbench.ground import tags
from chipbench.measure import result as results
from chipbench.measure.recorded_run import SHARED, RecordedRun, SeriesPoint
from chipbench.measure.result import Columns, Result
from chipbench.measure.sampled_columns import STEP, TIME
from chipbench.published.published_run import PublishedRun
from chipbench.terminal.markdown import markdown_text

_STATUSES = {
    results.COMPLETED: "FINISHED",
    results.FAILED: "FAILED",
    results.SKIPPED: "FAILED",
    results.INTERRUPTED: "KILLED",
}
#: A metric's name, step, value and Unix time in ms.
Point = tuple[str, int, float, int]


@dataclass(frozen=True)
class SharedRun:
    """A run's result, and what tells it from every other."""

    result: Result
    digest: str  # its checksum
    by: str | None = None  # who made the file, if they gave a name

    @property
    def key(self) -> str:
        """The same at every import."""
        return f"shared-{self.digest}"

    @property
    def tags(self) -> dict[str, str]:
        """What a store says of it."""
        told = {tags.KIND: SHARED, tags.STATUS: self.result.status, tags.KEY: self.key}
        by = {} if self.by is None else {tags.SHARED_BY: self.by}
        return {**self.result.tags, **told, **by}

    def recorded(self) -> RecordedRun:
        """The run as it would be read back from a store."""
        return RecordedRun(
            run_id=self.digest[:32],
            name=self._name,
            status=_STATUSES[self.result.status],
            start_ms=self.result.begun_ms,
            tags=self.tags,
            params=self.result.params,
            metrics={name: value for name, _, value, _ in self.points()},
        )

    def published(self) -> PublishedRun:
        """The run as it is imported into a store."""
        return PublishedRun(
            key=self.key,
            name=self._name,
            params=self.result.params,
            metrics={},
            tags={name: value for name, value in self.tags.items() if name != tags.KEY},
            points=self.points(),
            status=_STATUSES[self.result.status],
            begun_ms=self.result.begun_ms,
            said=f"Shared{'' if self.by is None else f' by {markdown_text(self.by)}'}.",
        )

    def points(self) -> list[Point]:
        """All its numbers, each metric's in order: the last one is the metric's value."""
        begun, result = self.result.begun_ms, self.result
        found = [(name, 0, value, begun) for name, value in result.metrics.items()]
        for row, step in enumerate(result.series.get(STEP, ())):
            found += _row(result.series, STEP, row, int(step or 0), begun)
        for row, time_s in enumerate(result.utilisation.get(TIME, ())):
            found += _row(result.utilisation, TIME, row, row, begun + round(1000 * (time_s or 0)))
        return found

    def history(self, metric: str) -> list[SeriesPoint]:
        """A metric's points: step, value, Unix time in milliseconds."""
        return [(step, value, ms) for name, step, value, ms in self.points() if name == metric]

    @property
    def _name(self) -> str:
        size = self.result.params.get("batch_size")
        parts = [self.result.machine, self.result.benchmark, *([f"b{size}"] if size else [])]
        return " · ".join(parts)


def _row(columns: Columns, of: str, row: int, step: int, time_ms: int) -> Sequence[Point]:
    values: Mapping[str, float | None] = {name: column[row] for name, column in columns.items()}
    return [
        (name, step, value, time_ms)
        for name, value in values.items()
        if name != of and value is not None
    ]
