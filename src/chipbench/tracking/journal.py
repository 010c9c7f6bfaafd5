"""The journal: every record of a run, appended to a file before anyone delivers it.

One record a line: the CRC-32 of the rest in eight hex digits, a space, a JSON object. A line that
is cut off or damaged ends the journal: what stands before it is whole.
"""

import fcntl
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

FILE_NAME = "journal.jsonl"


@dataclass(frozen=True)
class Start:
    """The run begins. `key` identifies it wherever it is delivered."""

    key: str
    name: str
    experiment: str
    time_ms: int
    run_id: str | None = None  # of the MLflow run to join; None: delivery creates one
    parent_key: str | None = None
    parent_run_id: str | None = None


@dataclass(frozen=True)
class Params:
    """Parameters by name."""

    values: dict[str, str]


@dataclass(frozen=True)
class Tags:
    """Tags by name."""

    values: dict[str, str]


@dataclass(frozen=True)
class Metrics:
    """Metrics by name, all read at one time and step."""

    values: dict[str, float]
    step: int
    time_ms: int


@dataclass(frozen=True)
class Artifact:
    """A file or folder of the output folder, by its path in there."""

    path: str


@dataclass(frozen=True)
class End:
    """The run ended with one of MLflow's statuses: FINISHED, FAILED or KILLED."""

    status: str
    time_ms: int


Record = Start | Params | Tags | Metrics | Artifact | End
_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Start, Params, Tags, Metrics, Artifact, End)
}


def line_of(record: Record) -> bytes:
    """`record` as one line of a journal."""
    body = {"kind": type(record).__name__.lower()} | asdict(record)
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return b"%08x %s\n" % (zlib.crc32(data), data)


def record_of(line: bytes) -> Record | None:
    """The record that `line` holds; None if the line is cut off or damaged."""
    checksum, _, data = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(data):
        return None
    body = json.loads(data)
    record: Record = _KINDS[body.pop("kind")](**body)
    return record


class JournalWriter:
    """Appends records to a journal and holds its lock, which says that the run is alive."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._file: IO[bytes] = self.path.open("ab", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def append(self, record: Record) -> None:
        """Hand `record` to the operating system before returning."""
        self._file.write(line_of(record))

    def close(self) -> None:
        """Let go of the lock: the writer is done."""
        self._file.close()


def read(path: Path, offset: int = 0) -> Iterator[tuple[Record, int]]:
    """The whole records of the journal from byte `offset`, each with the offset after it."""
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            record = record_of(line)
            if record is None:
                return
            offset += len(line)
            yield record, offset


def writer_is_alive(path: Path) -> bool:
    """Whether the process that writes this journal still holds it."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
