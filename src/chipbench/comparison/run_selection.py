"""Which of the recorded runs are compared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from chipbench.ground import tags
from chipbench.measure.recorded_run import RecordedRun


@dataclass(frozen=True)
class Selection:
    """Conditions on runs; published results are bound by none but the machine's."""

    machines: frozenset[str] | None = None  # ids or names; None: all
    tags: dict[str, str] = field(default_factory=dict)
    since_ms: int | None = None
    until_ms: int | None = None  # exclusive

    def takes(self, run: RecordedRun) -> bool:
        """Whether `run` is compared."""
        if self.machines is not None:
            names = {run.machine.lower(), run.tags.get(tags.MACHINE, "").lower()}
            if not names & self.machines:
                return False
        if run.is_reference:
            return True
        if any(run.tags.get(key) != value for key, value in self.tags.items()):
            return False
        after = self.since_ms is None or run.start_ms >= self.since_ms
        return after and (self.until_ms is None or run.start_ms < self.until_ms)


def selection_of(
    machines: Iterable[str] | None,
    tags: dict[str, object],
    since: object,
    until: object,
) -> Selection:
    """The conditions that a config states."""
    day_ms = 24 * 3600 * 1000
    last = _unix_ms(until)
    return Selection(
        machines=None if machines is None else frozenset(str(m).lower() for m in machines),
        tags={key: str(value) for key, value in tags.items()},
        since_ms=_unix_ms(since),
        until_ms=None if last is None else last + day_ms,
    )


def _unix_ms(value: object) -> int | None:
    if value is None:
        return None
    day = date.fromisoformat(str(value))
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
