"""How far a journal has been delivered, in a file beside it."""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from chipbench.tracking.journal import read


@dataclass(frozen=True)
class DeliveryState:
    """Delivery of one journal to one store."""

    offset: int = 0  # bytes of the journal that the store has
    ready: bool = False  # delivery has started up
    run_id: str | None = None
    url: str | None = None  # the run's page, without credentials
    waiting: int = 0  # records that the store does not have yet
    error: str | None = None  # what the last try ended with
    closed: bool = False  # the store has the run's end


FILE_NAME = "delivered.json"


def _file(journal: Path) -> Path:
    return journal.with_name(FILE_NAME)


def read_state(journal: Path) -> DeliveryState:
    """The state of `journal`'s delivery, with the waiting records counted."""
    try:
        state = DeliveryState(**json.loads(_file(journal).read_text()))
    except FileNotFoundError:
        state = DeliveryState()
    return replace(state, waiting=sum(1 for _ in read(journal, state.offset)))


def write_state(journal: Path, state: DeliveryState) -> None:
    """Replace the state in one step, so that a crash leaves the old or the new one."""
    new = _file(journal).with_suffix(".new")
    with new.open("w") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(_file(journal))
