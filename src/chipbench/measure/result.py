"""The result record: one run's numbers, what they are of, and how it ended.

`result.json` holds all that a comparison needs of a run, so that it can be compared where the store
is not; `sharing/schema.json` says what each of its fields may be.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from chipbench import __version__
from chipbench.ground.finding import Finding
from chipbench.ground.readable_json import readable

COMPLETED = "completed"
FAILED = "failed"
SKIPPED = "skipped"
INTERRUPTED = "interrupted"
# Of what failed, more exactly.
OUT_OF_MEMORY = "out_of_memory"
TIMED_OUT = "timed_out"

#: The name of a result's own file in its run's folder.
FILE_NAME = "result.json"
FORMAT = "chipbench result"
#: Raised where an earlier chipbench would misunderstand the file.
FORMAT_VERSION = 1
#: What the file says of itself, beside the fields of `Result`.
ENVELOPE = ("format", "version", "chipbench", "checksum")

#: Columns of one length: what was read at each step or time; None where that is not known.
Columns = Mapping[str, Sequence[float | None]]


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
    begun_ms: int = 0  # Unix time
    params: dict[str, str] = field(default_factory=dict)  # the settings, as a store has them
    series: Columns = field(default_factory=dict)  # metrics by `step`, such as the epoch
    utilisation: Columns = field(default_factory=dict)  # by `time_s` since the work began
    hardware: dict[str, Any] = field(default_factory=dict)  # the machine record

    def document(self) -> dict[str, Any]:
        """The record as JSON-ready values, sealed."""
        said = {"format": FORMAT, "version": FORMAT_VERSION, "chipbench": __version__}
        return sealed(said | asdict(self))

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        write_document(path, self.document())


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """`document` with its checksum, which tells a file that was cut or changed on its way."""
    return {**document, "checksum": checksum(document)}


def checksum(document: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of all of `document` but the checksum that it states."""
    stated = {key: value for key, value in document.items() if key != "checksum"}
    text = json.dumps(stated, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write `document` as JSON that a person can read."""
    path.write_text(f"{readable(document)}\n", encoding="utf-8")
