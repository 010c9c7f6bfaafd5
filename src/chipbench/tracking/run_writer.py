"""Writing a journal's records into a run of the store, and setting aside what it refuses."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from chipbench.ground.regular_files import sha256
from chipbench.ground.storable_text import stored_param, stored_tag
from chipbench.tracking.artifact_delivery import ArtifactStore, MissingFileError, files_of
from chipbench.tracking.journal import Entry, Metrics
from chipbench.tracking.journal_run import Runs
from chipbench.tracking.ownership import OWN_TAGS
from chipbench.tracking.store_errors import NOT_ALLOWED, reason

_MAX_METRICS = 1000  # of one MLflow batch
MAX_TRIES = 5  # of a record that the store refuses while it answers other requests
_MAX_OTHERS = 100  # params or tags of one MLflow batch
_BUSY = ("TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "RESOURCE_CONFLICT", "ABORTED")
_INVALID = "INVALID_PARAMETER_VALUE"

#: A metric, param or tag with the offset of the record that it comes from.
Item = tuple[int, Metric | Param | RunTag]


class RunWriter:
    """One run of the store.

    Its methods raise what the store's client raises as long as another try may help. What the
    store refuses is reported to `refuse`: the record's offset, why, and whether that is for good.
    `tries` counts the failures of each record.
    """

    def __init__(
        self,
        client: MlflowClient,
        run_id: str,
        runs: Runs,
        tries: Counter[int],
        refuse: Callable[[int, str, bool], None],
    ) -> None:
        self._client = client
        self.run_id = run_id
        self._runs = runs
        self._tries = tries
        self._refuse = refuse

    def params(self, offset: int, values: Mapping[str, str]) -> None:
        """Log the params that the run does not have: MLflow allows no param to change."""
        known = self._client.get_run(self.run_id).data.params
        new = {k: stored_param(v) for k, v in values.items() if k not in known}
        self._send([(offset, Param(key, value)) for key, value in new.items()], _MAX_OTHERS)

    def tags(self, offset: int, values: Mapping[str, str]) -> None:
        """Set tags, but not those that say whose the run is."""
        own = sorted(OWN_TAGS & values.keys())
        if own:
            self._refuse(offset, f"{', '.join(own)}: only delivery sets this", True)
        values = {tag: value for tag, value in values.items() if tag not in OWN_TAGS}
        tags = [RunTag(key, stored_tag(key, value)) for key, value in values.items()]
        self._send([(offset, tag) for tag in tags], _MAX_OTHERS)

    def metrics(self, entries: Iterable[Entry]) -> None:
        """Log the metrics of records that all are `Metrics`."""
        items: list[Item] = []
        for entry in entries:
            assert isinstance(entry.record, Metrics)
            time_ms, step = entry.record.time_ms, entry.record.step
            for name, value in entry.record.values.items():
                items.append((entry.start, Metric(name, value, time_ms, step)))
        self._send(items, _MAX_METRICS)

    def files(self, offset: int, folder: Path, name: str, known: dict[str, str]) -> None:
        """Bring the files of an artifact there, and their checksums into `known`."""
        try:
            files, others = files_of(folder, name)
        except MissingFileError as error:
            return self._refuse(offset, str(error), True)
        for file in files:
            self._file(offset, folder, file, known)
        if others:
            self._refuse(offset, "; ".join(others), True)

    def _file(self, offset: int, folder: Path, name: str, known: dict[str, str]) -> None:
        try:
            checksum = sha256(folder / name)
            if known.get(name) != checksum:
                ArtifactStore(self._client, self.run_id).put(folder / name, name, checksum)
                known[name] = checksum
        except Exception as error:  # requests', boto's or MLflow's: what keeps the files decides
            self._raise_unless_refused(offset, error)
            self._set_aside(offset, name, error)

    def _send(self, items: Sequence[Item], size: int) -> None:
        for first in range(0, len(items), size):
            self._send_batch(items[first : first + size])

    def _send_batch(self, items: Sequence[Item]) -> None:
        """Log one batch; if the store refuses it, find the entries that it means."""
        entities = [entity for _, entity in items]
        try:
            self._client.log_batch(
                self.run_id,
                [entity for entity in entities if isinstance(entity, Metric)],
                [entity for entity in entities if isinstance(entity, Param)],
                [entity for entity in entities if isinstance(entity, RunTag)],
                True,  # before it returns, whatever MLflow's environment says
            )
        except MlflowException as error:
            self._raise_unless_refused(items[0][0], error)
            if len(items) == 1:
                return self._set_aside(items[0][0], entities[0].key, error)
            for offset, _ in items:
                self._tries[offset] = MAX_TRIES
            half = len(items) // 2
            self._send_batch(items[:half])
            self._send_batch(items[half:])

    def _raise_unless_refused(self, offset: int, error: Exception) -> None:
        """Raise `error` unless it is about this record alone: the store answers, and it insists."""
        code = getattr(error, "error_code", None)
        if code in NOT_ALLOWED or code in _BUSY:
            raise error
        self._runs.check(self.run_id)
        self._tries[offset] += 1
        if code != _INVALID and self._tries[offset] < MAX_TRIES:
            raise error

    def _set_aside(self, offset: int, what: str, error: Exception) -> None:
        for_good = getattr(error, "error_code", None) == _INVALID
        self._refuse(offset, f"{what}: {reason(error)}", for_good)


def groups(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """`entries` one by one, but metrics that follow each other together, as many as fit a batch."""
    row: list[Entry] = []
    size = 0
    for entry in entries:
        values = len(entry.record.values) if isinstance(entry.record, Metrics) else 0
        if row and (not values or size + values > _MAX_METRICS):
            yield row
            row, size = [], 0
        if values:
            row.append(entry)
            size += values
        else:
            yield [entry]
    if row:
        yield row
