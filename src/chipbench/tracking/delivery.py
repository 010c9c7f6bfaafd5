"""Delivery: brings a journal's records into MLflow, in order, again and again until they are there.

Every step can be repeated: MLflow keeps one of equal metrics, params and tags, files are compared
by checksum, and a run is found again by its key. What the store refuses is set aside and does not
hold up what comes after it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from io import BytesIO
from itertools import chain
from pathlib import Path

from mlflow import MlflowClient

from chipbench.ground import tags
from chipbench.tracking import journal
from chipbench.tracking.client import TRAINING_VIEW
from chipbench.tracking.delivery_state import DeliveryState, read_state, write_state
from chipbench.tracking.journal import Artifact, End, Entry, Metrics, Params, Start, Tags
from chipbench.tracking.journal_run import RunDeletedError, RunReplacedError, Runs
from chipbench.tracking.journal_writer import reach_disk
from chipbench.tracking.readback import NotKeptError, Readback
from chipbench.tracking.run_writer import MAX_TRIES, RunWriter, groups
from chipbench.tracking.store_errors import UndeliverableError, is_refusal, reason

STATUS_TAG, REASON_TAG = tags.stored(tags.STATUS), tags.stored(tags.REASON)
_RUNNING = "RUNNING"
ENDED_EARLY = "the journal ends before the run does: its process died or its disk was full"
_MAX_DENIALS = 3  # of the run one after the other; then delivery gives up
_MAX_REPLACEMENTS = 3  # of the run within one step


class Delivery:
    """Delivers one journal to one store."""

    def __init__(
        self, path: Path, connect: Callable[[], MlflowClient], store: str, afresh: bool = False
    ) -> None:
        """Go on where the last delivery to `store`, a digest of its address, stopped.

        `connect` is called when it is first needed: it fails while a database is away. With
        `afresh`, or for another store than the last, every record is delivered again.
        """
        self._path = path
        self._connect = connect
        self._writer: RunWriter | None = None
        self._readback: Readback | None = None
        self._tail = b""
        self._denials = 0
        self._tries: Counter[int] = Counter()
        self._hopeless: set[int] = set()
        self._refusals = 0
        self._state = read_state(path)
        if afresh or self._state.store != store:
            self._state = DeliveryState(store=store)

    @property
    def state(self) -> DeliveryState:
        """How far delivery came."""
        return self._state

    @property
    def hopeful(self) -> bool:
        """Whether another try may bring what was refused."""
        return any(int(offset) not in self._hopeless for offset in self._state.refused)

    @property
    def given_up(self) -> bool:
        """Whether the store refuses the run again and again: that is no absence."""
        return self._denials >= _MAX_DENIALS

    def announce(self) -> None:
        """Say that delivery has started up."""
        self._save(error=None)

    def step(self, tail: bytes = b"") -> None:
        """Deliver what the journal holds now, and the lines of `tail` that its disk did not take.

        Raises what the store's client raises; what came before is saved.
        """
        reach_disk(self._path)  # from here: it may take long
        self._tail = tail
        for _ in range(_MAX_REPLACEMENTS):
            try:
                self._deliver_rest()
                self._denials = 0
                return
            except RunReplacedError:
                self._state = DeliveryState(store=self._state.store)
            except RunDeletedError:
                return self._save(deleted=True)
        raise RuntimeError("the run was replaced in the store again and again; run sync later")

    def retry_refused(self) -> None:
        """Try once more what was set aside; what is refused again stays so."""
        for key in tuple(self._state.refused):
            entry = next(journal.entries(self._path, int(key)), None)
            if entry is not None:
                before = self._refusals
                self._tries[entry.start] = MAX_TRIES
                self._deliver([entry])
                if self._refusals == before:
                    left = {k: why for k, why in self._state.refused.items() if k != key}
                    self._save(refused=left)

    def close_abandoned(self) -> bool:
        """Close a run whose process died without a word, with what it had; whether it was so."""
        if self._state.closed or self._state.deleted or self._state.run_id is None:
            return False
        run_id, store = self._run_id, self._store
        self._runs.verify(self._start, run_id)
        known = store.get_run(run_id)
        # `mlflow run` ends its run without the tag; and a process can die before it ends its own.
        self._read_back(self._state.offset)
        if STATUS_TAG not in known.data.tags or known.info.status == _RUNNING:
            store.set_tag(run_id, STATUS_TAG, "failed")
            store.set_tag(run_id, REASON_TAG, ENDED_EARLY)
            store.set_terminated(run_id, "FAILED", journal.last_time_ms(self._path))
        self._save(closed=True)
        return True

    def fail(self, error: Exception) -> None:
        """Note what the last try ended with."""
        self._denials = self._denials + 1 if is_refusal(error) else 0
        if isinstance(error, UndeliverableError):
            self._denials = _MAX_DENIALS
        last = "; that is a refusal, which is not waited for" if self.given_up else ""
        self._save(error=f"{reason(error)}{last}")

    def _entries(self, offset: int) -> Iterator[Entry]:
        """What the journal holds from byte `offset`, and what its disk did not take."""
        unwritten = journal.parse(BytesIO(self._tail), self._path.stat().st_size)
        return chain(journal.entries(self._path, offset), unwritten)

    def _deliver_rest(self) -> None:
        for group in groups(self._entries(self._state.offset)):
            self._deliver(group)
            self._save(offset=max(self._state.offset, group[-1].end), error=None)

    def _deliver(self, group: Sequence[Entry]) -> None:
        """Deliver one record, or a row of metrics."""
        first = group[0]
        match first.record:
            case None:
                self._refuse(first.start, first.trouble or journal.DAMAGED, True)
            case Start() as start if first.start == 0:
                self._open(start)
            case Start():
                self._refuse(first.start, "a journal begins once", True)
            case Params(values):
                self._run.params(first.start, values)
            case Tags(values):
                self._run.tags(first.start, values)
            case Metrics():
                self._run.metrics(group)
            case Artifact(name):
                self._deliver_files(first.start, name)
            case End(status, time_ms):
                self._close(first.start, status, time_ms)

    def _deliver_files(self, offset: int, name: str) -> None:
        """Deliver an artifact file by file, so that a broken delivery goes on with the next."""
        known = dict(self._state.artifacts)
        try:
            self._run.files(offset, self._path.parent, name, known)
        finally:
            self._save(artifacts=known)

    def _open(self, start: Start) -> None:
        run = self._runs.open(start)
        page = f"#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
        page += TRAINING_VIEW
        self._save(run_id=run.info.run_id, url=page)

    def _close(self, offset: int, status: str, time_ms: int) -> None:
        self._runs.confirm(self._start, self._run_id)
        self._read_back(offset)
        if self._store.get_run(self._run_id).data.tags.get(REASON_TAG) == ENDED_EARLY:
            self._store.delete_tag(self._run_id, REASON_TAG)  # of a copy made before the end
        self._store.set_terminated(self._run_id, status, time_ms)
        self._save(closed=True)

    def _read_back(self, offset: int) -> None:
        """Deliver again from the start if the store did not keep what it took.

        What it never keeps is set aside, as the record at `offset`: it refuses without saying so.
        """
        assert self._run is not None and self._readback is not None, "they come together"
        refused, files = self._state.refused, self._state.artifacts
        try:
            self._readback.check(self._entries(0), refused, self._path.parent, files)
        except NotKeptError as error:
            self._tries[offset] += 1
            if self._tries[offset] < MAX_TRIES:
                self._save(offset=0, artifacts={})
                raise
            self._refuse(offset, str(error), False)

    def _refuse(self, offset: int, why: str, for_good: bool) -> None:
        """Set a record aside."""
        self._refusals += 1
        if for_good:
            self._hopeless.add(offset)
        self._save(refused=self._state.refused | {str(offset): why})

    @cached_property
    def _store(self) -> MlflowClient:
        return self._connect()

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self._store, self._state.store)

    @property
    def _run(self) -> RunWriter:
        """The writer of the run; a new one only when that was replaced in the store."""
        run_id = self._run_id
        if self._writer is None or self._writer.run_id != run_id:
            self._runs.verify(self._start, run_id)
            self._readback = Readback(self._store, run_id)
            self._writer = RunWriter(self._store, run_id, self._runs, self._tries, self._refuse)
        return self._writer

    @property
    def _start(self) -> Start:
        start = journal.read_start(self._path)
        if start is None:
            raise UndeliverableError("the journal's first record cannot be read")
        return start

    @property
    def _run_id(self) -> str:
        if self._state.run_id is None:
            raise UndeliverableError("the journal's first record does not say which run")
        return self._state.run_id

    def _save(self, **changes: object) -> None:
        """Keep the state, on disk if that has room: without it records are delivered again."""
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # names are fields
        with suppress(OSError):
            write_state(self._path, self._state)
