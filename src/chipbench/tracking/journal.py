"""The journal: every record of a run, appended to a file before anyone delivers it.

One record a line: the CRC-32 of the rest in eight hex digits, a space, a JSON object. A line that
is cut off ends the journal; a whole line that is damaged, or that a later version wrote, is passed
over and told. A journal may be a stranger's: nothing in it is taken for what it claims to be.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from chipbench.ground.regular_files import below, reading
from chipbench.ground.typed_json import json_object, typed, unknown_fields

FILE_NAME = "journal.jsonl"
#: Raised where an earlier version would misunderstand; a new kind of record it sets aside.
FORMAT, _FIRST_FORMAT = 2, 1  # release 0.1.0 does not say its own
_MAX_BYTES = 2**30  # of a journal: months of readings
_MAX_LINE = 2**24  # bytes; a longer line is damaged
_STATUSES = ("FINISHED", "FAILED", "KILLED")
DAMAGED = "the record is damaged"


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
    # Since format 2:
    secret: str | None = None  # never delivered: proves that a run was made from this journal
    experiment_id: str | None = None  # that `mlflow run` chose, of the store with this digest
    store: str | None = None
    format: int = _FIRST_FORMAT


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


_SINCE_SECOND = ("secret", "experiment_id", "store", "format")
Record = Start | Params | Tags | Metrics | Artifact | End
_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Start, Params, Tags, Metrics, Artifact, End)
}


def line_of(record: Record) -> bytes:
    """`record` as one line of a journal."""
    body = {"kind": type(record).__name__.lower()} | asdict(record)
    for name in _SINCE_SECOND:  # absent, as release 0.1.0 wrote it
        if body.get(name) in (None, _FIRST_FORMAT):
            body.pop(name, None)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    data = text.encode(errors="backslashreplace")  # half a surrogate pair becomes its JSON escape
    return b"%08x %s\n" % (zlib.crc32(data), data)


def record_of(line: bytes) -> Record | None:
    """The record that `line` holds; None if the line is cut off, damaged or not understood."""
    return _understood(line)[0]


def _understood(line: bytes) -> tuple[Record | None, str | None]:
    """The record that `line` holds, or why there is none."""
    checksum, _, data = line.removesuffix(b"\n").partition(b" ")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(data):
        return None, DAMAGED
    try:
        body = json_object(data)
        name = body.pop("kind", None)
        kind = _KINDS.get(name) if isinstance(name, str) else None
        unknown = [f"kind {name!r:.40}"] if kind is None else unknown_fields(kind, body)
        if kind is None or unknown:
            return None, f"this version does not know its {unknown[0]:.60}: a later one may"
        record: Record = typed(kind, body)
    except ValueError as error:
        return None, f"{DAMAGED}: {error}"
    if isinstance(record, End) and record.status not in _STATUSES:
        return None, f"{DAMAGED}: its status is none of {', '.join(_STATUSES)}"
    return record, None


@dataclass(frozen=True)
class Entry:
    """A line of a journal: where it stands and what it says, or why it says nothing."""

    start: int
    end: int
    record: Record | None
    trouble: str | None = None


def entries(path: Path, offset: int = 0) -> Iterator[Entry]:
    """The whole lines of the journal from byte `offset`, one in memory at a time."""
    with reading(path, _MAX_BYTES) as file:
        file.seek(offset)
        yield from parse(file, offset)


def parse(file: BinaryIO, offset: int) -> Iterator[Entry]:
    """The lines of `file`, the first of which stands at byte `offset`, but one that is cut off."""
    while line := file.readline(_MAX_LINE):
        start, offset = offset, offset + len(line)
        if len(line) == _MAX_LINE and not line.endswith(b"\n"):
            offset, line = _passed_over(file, offset), b"\n"
        if not line.endswith(b"\n"):
            return
        yield Entry(start, offset, *_understood(line))


def _passed_over(file: BinaryIO, offset: int) -> int:
    """Where the line ends that is too long."""
    while part := file.readline(_MAX_LINE):
        offset += len(part)
        if part.endswith(b"\n"):
            break
    return offset


def read(path: Path, offset: int = 0) -> Iterator[tuple[Record, int]]:
    """The records of the journal from byte `offset`, each with the offset after it."""
    for entry in entries(path, offset):
        if entry.record is not None:
            yield entry.record, entry.end


def count(path: Path, offset: int = 0) -> int:
    """How many records the journal holds from byte `offset`."""
    return sum(1 for _ in read(path, offset))


def first_entry(path: Path) -> Entry | None:
    """The journal's first line; None if there is none yet. Raises OSError if it is no journal."""
    return next(entries(path), None)


def read_start(path: Path) -> Start | None:
    """The journal's first record; None if it is damaged, not there yet or cannot be read."""
    try:
        first = first_entry(path)
    except OSError:
        return None
    return first.record if first is not None and isinstance(first.record, Start) else None


def last_time_ms(path: Path) -> int | None:
    """When the last record that knows its time was made."""
    times = (getattr(record, "time_ms", None) for record, _ in read(path))
    return max((time_ms for time_ms in times if time_ms is not None), default=None)


def find_journals(folder: Path) -> list[Path]:
    """The journals in `folder` at any depth: parents before their children, oldest first.

    What only has a journal's name is among them, and a folder that cannot be looked into has one:
    whoever opens it is told why that is not possible.
    """
    unreadable: list[Path] = []
    found = [path for path in below(folder, unreadable) if path.name == FILE_NAME]
    found += [path / FILE_NAME for path in unreadable if path.name != FILE_NAME]
    starts = {path: read_start(path) for path in found}

    def order(path: Path) -> tuple[bool, int, Path]:
        start = starts[path]
        return (
            start is not None and start.parent_key is not None,
            start.time_ms if start else 0,
            path,
        )

    return sorted(starts, key=order)
