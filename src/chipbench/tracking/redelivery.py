"""Delivery after the fact: of journals whose runs ended before the store had them."""

import time
from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chipbench.tracking.client import refuse_telemetry
from chipbench.tracking.delivery_state import delivery_lock, read_state
from chipbench.tracking.journal import FORMAT, Start, count, first_entry
from chipbench.tracking.journal_writer import writer_is_alive
from chipbench.tracking.store import Store
from chipbench.tracking.store_errors import reason, unlogged

if TYPE_CHECKING:  # MLflow takes seconds to import, which `--help` need not wait for
    from chipbench.tracking.delivery import Delivery

_PAUSE_S = 1.0


class Fate(NamedTuple):
    """What became of a journal, in words that follow its name, or a number of journals."""

    one: str
    several: str


DELIVERED = Fate("delivered", "delivered")
ABANDONED = Fate(
    "delivered and closed as FAILED: its process had died",
    "delivered and closed as FAILED: their processes had died",
)
COMPLETE = Fate("was delivered before", "were delivered before")
DELETED = Fate("was deleted in the store and stays so", "were deleted in the store and stay so")
RUNNING = Fate("is still running", "are still running")
EMPTY = Fate(
    "holds no record: its process died before the first",
    "hold no record: their processes died before the first",
)
UNREADABLE = Fate("has no readable first record", "have no readable first record")
WAITING = Fate("could not be delivered", "could not be delivered")


@dataclass(frozen=True)
class Redelivery:
    """What became of one journal."""

    folder: Path
    what: Fate
    records: int = 0  # delivered now
    error: str | None = None  # why it could not be delivered
    refused: tuple[str, ...] = ()  # why the store took single records not, one reason each


def deliver(journals: Iterable[Path], store: Store, everything: bool) -> Iterator[Redelivery]:
    """Deliver `journals` to `store` and yield what became of each.

    With `everything` also what was delivered before, to this store or to another: it is compared,
    and what is missing is added. Once the store stays away, the rest is not tried.
    """
    away: str | None = None
    for path in [journal.absolute() for journal in journals]:
        try:
            outcome = _settled(path, everything)
        except OSError as error:  # a folder, a pipe or another user's file of this name
            outcome = Redelivery(path.parent, UNREADABLE, error=reason(error))
        if outcome is None and away is not None:
            outcome = Redelivery(path.parent, WAITING, error=away)
        if outcome is None:
            with chdir(store.folder), unlogged():
                outcome = _guarded(path, store, everything)
                away = outcome.error if outcome.error and not _answers(store) else None
        yield outcome


def _settled(path: Path, everything: bool) -> Redelivery | None:
    """What can be said of a journal without asking the store. Raises OSError for no journal."""
    first = first_entry(path)
    if first is None:
        return Redelivery(path.parent, RUNNING if writer_is_alive(path) else EMPTY)
    if not isinstance(first.record, Start):
        why = first.trouble or "the journal does not begin with the run's start"
        return Redelivery(path.parent, UNREADABLE, error=why)
    if first.record.format > FORMAT:
        why = f"a later version wrote it (format {first.record.format}, known are 1 to {FORMAT})"
        return Redelivery(path.parent, UNREADABLE, error=f"{why}: update chipbench")
    state = read_state(path)
    if state.complete and not everything:
        return Redelivery(path.parent, DELETED if state.deleted else COMPLETE)
    return None


def _guarded(path: Path, store: Store, everything: bool) -> Redelivery:
    """Deliver one journal; whatever is wrong with it is its own."""
    try:
        return _deliver(path, store, everything)
    except Exception as error:  # of the file system, or of what the journal says
        return Redelivery(path.parent, WAITING, error=reason(error))


def _deliver(path: Path, store: Store, everything: bool) -> Redelivery:
    refuse_telemetry()
    from chipbench.tracking.delivery import Delivery

    with delivery_lock(path) as free:
        if not free:
            return Redelivery(path.parent, RUNNING)
        delivery = Delivery(path, store.client, store.digest, afresh=everything)
        before = count(path, delivery.state.offset)
        what, error = _persist(path, delivery, store.drain_timeout_s)
        state = delivery.state
        records = before - count(path, state.offset)
        return Redelivery(path.parent, what, records, error, tuple(state.refused.values()))


def _persist(path: Path, delivery: "Delivery", patience_s: float) -> tuple[Fate, str | None]:
    """Deliver until all is there, or until nothing has moved for `patience_s`."""
    deadline_s = time.monotonic() + patience_s
    while True:
        before = delivery.state
        try:
            return _attempt(path, delivery), None
        except Exception as error:  # MLflow's, requests', SQLAlchemy's, boto's: whatever is away
            delivery.fail(error)
            if delivery.given_up:
                return WAITING, reason(error)
            moved = replace(before, error=delivery.state.error) != delivery.state
            if moved:
                deadline_s = time.monotonic() + patience_s
            if time.monotonic() > deadline_s:
                return WAITING, reason(error)
        time.sleep(_PAUSE_S)


def _attempt(path: Path, delivery: "Delivery") -> Fate:
    alive = writer_is_alive(path)
    delivery.step()
    abandoned = not alive and delivery.close_abandoned()
    delivery.retry_refused()
    if delivery.state.deleted:
        return DELETED
    if abandoned:
        return ABANDONED
    return DELIVERED if delivery.state.closed else RUNNING


def _answers(store: Store) -> bool:
    try:
        store.client().search_experiments(max_results=1)
    except Exception:  # as above; what it was has been said
        return False
    return True
