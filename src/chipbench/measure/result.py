"""The result record: one run's numbers and how it ended."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chipbench.ground.finding import Finding

COMPLETED = "completed"
FAILED = "failed"
SKIPPED = "skipped"
INTERRUPTED = "interrupted"
# Of what failed, more exactly.
OUT_OF_MEMORY = "out_of_memory"
TIMED_OUT = "timed_out"


@dataclass(frozen=True)
class Result:
    """What a run measured; a quantity that is unknown is absent from `metrics`."""

    benchmark: str
    machine: str
    fingerprint: str | None  # None if it ended before it was known what would be measured
    status: str  # completed, failed, skipped or interrupted
    end: str  # the status, or why it failed where that is known: out_of_memory, timed_out
    reason: str | None  # None if completed
    metrics: dict[str, float]  # summary metrics by name
    tags: dict[str, str]
    caveats: tuple[Finding, ...] = ()  # what speaks against the times

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")
