"""Delivery: brings a journal's records into MLflow, in order, again and again until they are there.

Run as `python -m chipbench.tracking.delivery JOURNAL INTERVAL_S PATIENCE_S` beside a benchmark.
Every step can be repeated: MLflow keeps one of equal metrics, params, tags and artifacts, and a run
is found again by its key.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException

from chipbench.tracking import journal
from chipbench.tracking.journal import Artifact, End, Metrics, Params, Record, Start, Tags
from chipbench.tracking.state import DeliveryState, read_state, write_state

KEY_TAG = "chipbench.key"
PARENT_TAG = "mlflow.parentRunId"
#: Tags in which `mlflow run` itself names the user and the local folder.
_REVEALING_TAGS = ("mlflow.user", "mlflow.source.name")
_MAX_METRICS = 1000  # of one MLflow batch
_MAX_ENTRIES = 100  # params or tags of one MLflow batch
_MAX_VALUE = 6000  # characters of a param's or tag's value


class Delivery:
    """Delivers one journal to the store that MLflow's environment names."""

    def __init__(self, path: Path, client: MlflowClient) -> None:
        self._path = path
        self._client = client
        self._state = read_state(path)

    @property
    def state(self) -> DeliveryState:
        """How far delivery came."""
        return self._state

    def announce(self) -> None:
        """Say that delivery has started up."""
        self._save(ready=True, error=None)

    def step(self) -> None:
        """Deliver what the journal holds now. Raises MLflow's errors; what came before is saved."""
        pending: list[Metric] = []
        offset = self._state.offset
        for record, end in journal.read(self._path, offset):
            if isinstance(record, Metrics):
                pending += _metrics(record)
            if pending and (not isinstance(record, Metrics) or len(pending) >= _MAX_METRICS):
                self._send(pending)
                pending = []
            if not isinstance(record, Metrics):
                self._deliver(record)
            if not pending:
                self._save(offset=end)
            offset = end
        if pending:
            self._send(pending)
            self._save(offset=offset)

    def close_abandoned(self) -> None:
        """Close a run whose process died without a word, with what it had."""
        if self._state.run_id is not None and not self._state.closed:
            run_id = self._state.run_id
            self._client.set_tag(run_id, "chipbench.status", "failed")
            self._client.set_tag(run_id, "chipbench.reason", "the benchmark's process died")
            self._client.set_terminated(run_id, "FAILED")
            self._save(closed=True)

    def fail(self, error: Exception) -> None:
        """Note what the last try ended with."""
        first = str(error).strip().splitlines() or [type(error).__name__]
        self._save(error=first[0])

    def _deliver(self, record: Record) -> None:
        match record:
            case Start():
                self._start(record)
            case Params():
                self._params(record.values)
            case Tags():
                for some in _batches(list(record.values.items()), _MAX_ENTRIES):
                    tags = [RunTag(key, value[:_MAX_VALUE]) for key, value in some]
                    self._client.log_batch(self._run_id, tags=tags)
            case Artifact():
                self._artifact(record.path)
            case End():
                self._client.set_terminated(self._run_id, record.status, record.time_ms)
                self._save(closed=True)

    def _start(self, start: Start) -> None:
        run_id = start.run_id or self._find(start.key) or self._create(start)
        run = self._client.get_run(run_id)
        self._client.set_tag(run_id, KEY_TAG, start.key)
        self._client.set_tag(run_id, "mlflow.runName", start.name)
        parent = start.parent_run_id or (start.parent_key and self._find(start.parent_key))
        if parent:
            self._client.set_tag(run_id, PARENT_TAG, parent)
        for tag in _REVEALING_TAGS:
            if tag in run.data.tags:
                self._client.delete_tag(run_id, tag)
        self._client.set_experiment_tag(
            # Without it MLflow 3 opens the experiment in its view for language models.
            run.info.experiment_id,
            "mlflow.experimentKind",
            "custom_model_development",
        )
        page = f"#/experiments/{run.info.experiment_id}/runs/{run_id}"
        self._save(run_id=run_id, url=page)

    def _find(self, key: str) -> str | None:
        everywhere = [e.experiment_id for e in self._client.search_experiments()]
        found = self._client.search_runs(
            everywhere, f"tags.`{KEY_TAG}` = '{key}'", ViewType.ALL, max_results=1
        )
        return found[0].info.run_id if found else None

    def _create(self, start: Start) -> str:
        experiment = self._client.get_experiment_by_name(start.experiment)
        experiment_id = (
            experiment.experiment_id
            if experiment is not None
            else self._client.create_experiment(start.experiment)
        )
        run = self._client.create_run(
            experiment_id, start.time_ms, tags={KEY_TAG: start.key}, run_name=start.name
        )
        return str(run.info.run_id)

    def _params(self, values: dict[str, str]) -> None:
        """Log the params that the run does not have: MLflow allows no param to change."""
        known = self._client.get_run(self._run_id).data.params
        new = [(key, value) for key, value in values.items() if key not in known]
        for some in _batches(new, _MAX_ENTRIES):
            params = [Param(key, value[:_MAX_VALUE]) for key, value in some]
            self._client.log_batch(self._run_id, params=params)

    def _artifact(self, name: str) -> None:
        path = self._path.parent / name
        if path.is_dir():
            self._client.log_artifacts(self._run_id, str(path), name)
        elif path.is_file():
            folder = Path(name).parent.as_posix()
            self._client.log_artifact(self._run_id, str(path), None if folder == "." else folder)

    def _send(self, metrics: list[Metric]) -> None:
        for some in _batches(metrics, _MAX_METRICS):
            self._client.log_batch(self._run_id, metrics=some)

    @property
    def _run_id(self) -> str:
        assert self._state.run_id is not None, "a journal begins with its start record"
        return self._state.run_id

    def _save(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]  # names are fields
        write_state(self._path, self._state)


_Item = TypeVar("_Item")


def _batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    return (items[i : i + size] for i in range(0, len(items), size))


def _metrics(record: Metrics) -> Iterable[Metric]:
    return (
        Metric(name, value, record.time_ms, record.step) for name, value in record.values.items()
    )


def follow(path: Path, client: MlflowClient, interval_s: float, patience_s: float) -> bool:
    """Deliver `path` until its run ends; after that, try for `patience_s`. True if all is there."""
    delivery = Delivery(path, client)
    delivery.announce()
    next_s = give_up_s = time.monotonic()
    while True:
        alive = journal.writer_is_alive(path)
        now_s = time.monotonic()
        if alive:
            give_up_s = now_s + patience_s
        if not alive or now_s >= next_s:
            next_s = now_s + interval_s
            try:
                delivery.step()
                if not alive:
                    delivery.close_abandoned()
                    return True
            except (MlflowException, OSError) as error:
                delivery.fail(error)
        if now_s > give_up_s:
            return False
        time.sleep(0.2)


def main() -> int:
    """Follow the journal that the command line names."""
    path, interval_s, patience_s = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    return 0 if follow(path, MlflowClient(), interval_s, patience_s) else 1


if __name__ == "__main__":
    sys.exit(main())
