"""The recorder: what a run says about itself goes to the journal; a process beside it delivers.

Recording costs one `write` to a local file, whatever the state of the tracking store.
"""

import math
import os
import secrets
import subprocess
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from chipbench.ground import tags
from chipbench.ground.cache import writable
from chipbench.ground.path_redaction import without_folders
from chipbench.ground.storable_text import NOTE_TAG, RUN_NAME_TAG, storable
from chipbench.terminal.messages import complain
from chipbench.tracking import delivery_state, journal
from chipbench.tracking.delivery_state import DeliveryState, is_ready, read_state
from chipbench.tracking.journal import Artifact, End, Metrics, Params, Record, Start, Tags
from chipbench.tracking.journal_writer import JournalWriter
from chipbench.tracking.redaction import redacted
from chipbench.tracking.store import DELIVERY_LOG, REFUSED, Store

#: Names, to the process of a job, the key of the run that it is nested under.
PARENT_VARIABLE = "CHIPBENCH_PARENT_KEY"
#: Tells it what its run's name begins with: what it has and the other jobs have not.
JOB_VARIABLE = "CHIPBENCH_JOB"
#: What an output folder holds for delivery; not part of the result.
LOCAL_FILES = (
    journal.FILE_NAME,
    *delivery_state.FILE_NAMES,
    delivery_state.LOCK_FILE,
    DELIVERY_LOG,
)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Recorder:
    """One run's records; `end` states how the run ended."""

    def __init__(
        self,
        folder: Path,
        store: Store | None,
        *,
        name: str,
        experiment: str,
        parent_key: str | None = None,
        earlier: Start | None = None,
    ) -> None:
        """Begin the run `name`; with `store` None it stays in the journal in `folder`.

        `experiment` is MLflow's, for a run that `mlflow run` did not start. `parent_key` is the
        `key` of the recorder whose run this one is nested under; with `earlier`, the run whose
        journal began so goes on. Raises ConfigurationError where nothing can be written.
        """
        self.folder = writable("output_dir", folder)
        self.key = uuid.uuid4().hex if earlier is None else earlier.key
        self.store = store
        self.begun_ms = _now_ms() if earlier is None else earlier.time_ms
        self._journal = JournalWriter(folder)
        self._ended = False
        self._warned = False
        self._append(
            Start(
                key=self.key,
                name=recorded_text(name),
                experiment=recorded_text(experiment),
                time_ms=self.begun_ms,
                run_id=os.environ.get("MLFLOW_RUN_ID"),
                parent_key=parent_key or os.environ.get(PARENT_VARIABLE),
                secret=secrets.token_hex(16) if earlier is None else earlier.secret,
                experiment_id=os.environ.get("MLFLOW_EXPERIMENT_ID"),
                store=None if store is None else store.digest,
                format=journal.FORMAT,
            )
        )
        self._delivery = None if store is None else store.start_delivery(self._journal.path)

    def params(self, values: Mapping[str, object]) -> None:
        """Record parameters."""
        self._append(Params({key: recorded_text(value) for key, value in values.items()}))

    def tags(self, values: Mapping[str, object]) -> None:
        """Record tags by their names in `ground.tags`; a value that is None is absent."""
        known = {tags.stored(k): recorded_text(v) for k, v in values.items() if v is not None}
        self._append(Tags(known))

    def description(self, text: str) -> None:
        """The note that MLflow shows on the run's page (Markdown)."""
        self._append(Tags({NOTE_TAG: recorded_text(text)}))

    def rename(self, name: str) -> None:
        """Give the run another name than it began with."""
        self._append(Tags({RUN_NAME_TAG: recorded_text(name)}))

    def metrics(
        self, values: Mapping[str, float], step: int = 0, time_ms: int | None = None
    ) -> None:
        """Record metrics of one step; `time_ms` is Unix time, now if None.

        A value that is not finite is absent: no store keeps it alike.
        """
        finite = {name: float(value) for name, value in values.items() if math.isfinite(value)}
        if finite:
            self._append(Metrics(finite, step, _now_ms() if time_ms is None else time_ms))

    def artifact(self, path: Path) -> None:
        """Record a file or folder that lies in the output folder."""
        self._append(Artifact(path.relative_to(self.folder).as_posix()))

    def settle(self, timeout_s: float = 30.0) -> None:
        """Wait until delivery has started up, so that its imports cost the measurement nothing."""
        deadline = time.monotonic() + timeout_s
        while (
            self._delivery is not None
            and self._delivery.poll() is None
            and not is_ready(self._journal.path)
            and time.monotonic() < deadline
        ):
            time.sleep(0.05)

    def end(self, status: str) -> None:
        """State how the run ended: FINISHED, FAILED or KILLED. Only the first call counts."""
        if not self._ended:
            self._ended = True
            self._append(End(status, _now_ms()))
            self._journal.close()
            self._hand_over_unwritten()

    def drain(self) -> DeliveryState:
        """Wait for delivery, at most as long as the store's patience; say how far it came."""
        if self.store is not None and self._delivery is not None:
            if self._delivery.poll() not in (None, 0, REFUSED):  # it was killed, or came too late
                self._delivery = self.store.start_delivery(self._journal.path)
                self._hand_over_unwritten()
            try:
                self._delivery.wait(self.store.drain_timeout_s)
            except subprocess.TimeoutExpired:
                self._delivery.terminate()
                self._delivery.wait()
            if self._delivery.returncode == 0:  # a full disk may not have taken the news
                return replace(read_state(self._journal.path), waiting=0, closed=True)
        return read_state(self._journal.path)

    @property
    def unwritten(self) -> int:
        """How many records the disk did not take: what is not delivered ends with this process."""
        return self._journal.unwritten.count(b"\n")

    def _append(self, record: Record) -> None:
        self._journal.append(record)
        error = self._journal.error
        if error is not None and not self._warned:
            self._warned = True
            complain(
                f"{self.folder} cannot be written ({error.strerror}): records are kept "
                "in memory until it can, and delivered from there at the end; free some space"
            )

    def _hand_over_unwritten(self) -> None:
        """Give delivery what exists in memory alone, and the sign that nothing more will come."""
        if self._delivery is not None and self._delivery.stdin is not None:
            with suppress(OSError), self._delivery.stdin as pipe:  # delivery may have died
                pipe.write(self._journal.unwritten)


def recorded_text(value: object) -> str:
    """`value` as text that every store takes, without NUL and half surrogates, and may have."""
    return redacted(without_folders(storable(str(value))))
