"""How far a journal has been delivered, in a file beside it."""

import json
import os
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from chipbench.ground.files import locked_if_free
from chipbench.ground.regular_files import open_regular, read_bounded
from chipbench.ground.typed_json import json_object, typed
from chipbench.tracking.journal import count

FILE_NAMES = ("delivered.json", "delivered.new")  # the second only while it replaces the first

LOCK_FILE = "delivery.lock"
_MAX_BYTES = 2**26  # of a state, which names every delivered file


@dataclass(frozen=True)
class DeliveryState:
    """Delivery of one journal to one store."""

    store: str | None = None  # which store, as a digest of its address
    offset: int = 0  # bytes of the journal that the store has
    run_id: str | None = None
    url: str | None = None  # the run's page, relative to the store's address
    error: str | None = None  # what the last try ended with, without credentials
    closed: bool = False  # the store has the run's end
    deleted: bool = False  # someone deleted the run in the store: it stays deleted
    refused: dict[str, str] = field(default_factory=dict)  # reason by a record's offset
    artifacts: dict[str, str] = field(default_factory=dict)  # SHA-256 of a delivered file by path
    waiting: int = 0  # records that the store does not have yet; counted, not stored

    @property
    def complete(self) -> bool:
        """Whether nothing is left to deliver."""
        return self.deleted or (self.closed and not self.waiting and not self.refused)


def _file(journal: Path) -> Path:
    return journal.with_name(FILE_NAMES[0])


def read_state(journal: Path) -> DeliveryState:
    """The state of `journal`'s delivery, with the waiting records counted.

    A state that cannot be read is a new one: delivering a record again does no harm.
    """
    try:
        state = typed(DeliveryState, json_object(read_bounded(_file(journal), _MAX_BYTES)))
        if state.offset < 0 or not all(offset.isdecimal() for offset in state.refused):
            raise ValueError("offsets count bytes")
    except (OSError, ValueError):
        state = DeliveryState()
    return replace(state, waiting=count(journal, state.offset))


def is_ready(journal: Path) -> bool:
    """Whether a delivery of `journal` has started up."""
    return _file(journal).is_file()


def write_state(journal: Path, state: DeliveryState) -> None:
    """Replace the state in one step, so that a crash leaves the old or the new one."""
    new = journal.with_name(FILE_NAMES[1])
    new.unlink(missing_ok=True)  # a crash left it, or a stranger a link
    with os.fdopen(open_regular(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w") as file:
        json.dump(asdict(replace(state, waiting=0)), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(_file(journal))


def delivery_lock(journal: Path) -> AbstractContextManager[bool]:
    """Hold `journal` for delivery, one deliverer at a time; the value is whether it was free."""
    return locked_if_free(journal.with_name(LOCK_FILE))
