"""The journal: every record of a run, appended to a file before anyone delivers it.

One record a line: the CRC-32 of the rest in eight hex digits, a space, a JSON object. A line that
is cut off ends the journal; a whole line that is damaged is passed over.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    data = text.encode(errors="backslashreplace")  # half a surrogate pair becomes its JSON escape
    return b"%08x %s\n" % (zlib.crc32(data), data)


def record_of(line: bytes) -> Record | None:
    """The record that `line` holds; None if the line is cut off or damaged."""
    checksum, _, data = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(data):
        return None
    body = json.loads(data)
    record: Record = _KINDS[body.pop("kind")](**body)
    return record


@dataclass(frozen=True)
class Entry:
    """A line of a journal: where it stands and what it says; a damaged line says nothing."""

    start: int
    end: int
    record: Record | None


def entries(path: Path, offset: int = 0) -> Iterator[Entry]:
    """The whole lines of the journal from byte `offset`, one in memory at a time."""
    with path.open("rb") as file:
        file.seek(offset)
        yield from parse(file, offset)


def parse(lines: Iterator[bytes], offset: int) -> Iterator[Entry]:
    """`lines`, the first of which stands at byte `offset`, up to the first that is cut off."""
    for line in lines:
        if not line.endswith(b"\n"):
            return
        start, offset = offset, offset + len(line)
        yield Entry(start, offset, record_of(line))


def read(path: Path, offset: int = 0) -> Iterator[tuple[Record, int]]:
    """The records of the journal from byte `offset`, each with the offset after it."""
    for entry in entries(path, offset):
        if entry.record is not None:
            yield entry.record, entry.end


def count(path: Path, offset: int = 0) -> int:
    """How many records the journal holds from byte `offset`."""
    return sum(1 for _ in read(path, offset))


def read_start(path: Path) -> Start | None:
    """The journal's first record; None if it is damaged or not there yet."""
    first = next(entries(path), None)
    return first.record if first is not None and isinstance(first.record, Start) else None


def last_time_ms(path: Path) -> int | None:
    """When the last record that knows its time was made."""
    times = (getattr(record, "time_ms", None) for record, _ in read(path))
    return max((time_ms for time_ms in times if time_ms is not None), default=None)


def find_journals(folder: Path) -> list[Path]:
    """The journals in `folder` at any depth: parents before their children, oldest first."""
    starts = {path: read_start(path) for path in folder.rglob(FILE_NAME)}

    def order(path: Path) -> tuple[bool, int, Path]:
        start = starts[path]
        return (
            start is not None and start.parent_key is not None,
            start.time_ms if start else 0,
            path,
        )

    return sorted(starts, key=order)
