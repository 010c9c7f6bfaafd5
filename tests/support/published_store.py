"""The published results as a store gives them back, without a store."""

from functools import cache

from chipbench.measure.recorded_run import RecordedRun
from chipbench.published.runs import published_runs
from chipbench.reference import complete


@cache
def published_recorded() -> tuple[RecordedRun, ...]:
    """All of them, as `reference` imports them."""
    return tuple(
        RecordedRun(f"p{number}", run.name, "FINISHED", number, run.tags, run.params, run.metrics)
        for number, run in enumerate(map(complete, published_runs()))
    )
