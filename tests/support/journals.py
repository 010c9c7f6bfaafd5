"""Journals for tests, and what a store holds of them."""

import uuid
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType

from chipbench.config.compose import compose_config
from chipbench.sync import sync
from chipbench.tracking.delivery import Delivery
from chipbench.tracking.journal import (
    Artifact,
    End,
    Metrics,
    Params,
    Record,
    Start,
    Tags,
    read,
    read_start,
)
from chipbench.tracking.journal_run import KEY_TAG
from chipbench.tracking.journal_writer import JournalWriter

EXPERIMENT = "journals"


def start(key: str | None = None, **fields: str) -> Start:
    """The first record of a run."""
    return Start(key or uuid.uuid4().hex, "a run", EXPERIMENT, 1_000, **fields)


def series(steps: int, first: int = 1) -> list[Metrics]:
    """Metrics of several steps, with values that only survive exact arithmetic."""
    return [
        Metrics({"loss": 0.1 + 0.2 / step, "epoch_time_s": 1e-300 * step}, step, 1_000 + step)
        for step in range(first, first + steps)
    ]


def write_journal(folder: Path, *records: Record, end: bool = True) -> Path:
    """A journal of `records`; the first is a start record unless one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    given = records if records and isinstance(records[0], Start) else (start(), *records)
    writer = JournalWriter(folder)
    for record in given:
        writer.append(record)
    if end:
        writer.append(End("FINISHED", 9_000))
    writer.close()
    return writer.path


def example(folder: Path, **fields: str) -> Path:
    """A journal of a run with everything that a run records."""
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "weights").write_bytes(b"\0weights" * 1000)
    (folder / "result.json").write_text("{}")
    return write_journal(
        folder,
        start(**fields),
        Params({"batch_size": "32", "model.name": "tiny_vgg"}),
        Tags({"chipbench.status": "completed", "mlflow.note.content": "a note"}),
        *series(20),
        Artifact("model"),
        Artifact("result.json"),
    )


def deliver(path: Path, uri: str, afresh: bool = False) -> Delivery:
    """Deliver `path` to the store at `uri` in one step."""
    delivery = Delivery(path, lambda: MlflowClient(uri), store=uri, afresh=afresh)
    delivery.step()
    return delivery


def runs_of(uri: str, key: str, view: int = ViewType.ACTIVE_ONLY) -> list[Run]:
    """The runs of the store that carry the key of a journal."""
    client = MlflowClient(uri)
    experiments = [e.experiment_id for e in client.search_experiments()]
    return list(client.search_runs(experiments, f"tags.`{KEY_TAG}` = '{key}'", view))


@cache
def _client(uri: str) -> MlflowClient:
    """One for all: to make it takes longer than to ask for a metric."""
    return MlflowClient(uri)


def history(uri: str, run_id: str, name: str) -> list[tuple[int, int, float]]:
    """Step, time and value of every point of a metric."""
    points = _client(uri).get_metric_history(run_id, name)
    return sorted((point.step, point.timestamp, point.value) for point in points)


@dataclass(frozen=True)
class Verdict:
    """What a store has of a journal."""

    runs: int  # with the journal's key; 1 is right
    status: str
    points: int = 0  # metric values in the journal
    lost: int = 0  # of these are not in the store
    doubled: int = 0  # or are there more than once, or never were in the journal


def verdict(uri: str, journal: Path) -> Verdict:
    """Hold the store at `uri` against a journal, value by value."""
    first = read_start(journal)
    assert first is not None
    runs = runs_of(uri, first.key)
    if len(runs) != 1:
        return Verdict(len(runs), "none")
    expected: dict[str, Counter[tuple[int, int, float]]] = {}
    for record, _ in read(journal):
        for name, value in record.values.items() if isinstance(record, Metrics) else ():
            expected.setdefault(name, Counter())[(record.step, record.time_ms, value)] += 1
    lost = doubled = 0
    for name, points in expected.items():
        stored = Counter(history(uri, runs[0].info.run_id, name))
        lost += (points - stored).total()
        doubled += (stored - points).total()
    total = sum(points.total() for points in expected.values())
    return Verdict(1, runs[0].info.status, total, lost, doubled)


def key_of(path: Path) -> str:
    first = read_start(path)
    assert first is not None
    return first.key


def assert_all_there(uri: str, path: Path) -> None:
    """Hold a store against a journal: one run, every point exactly once, the last one as latest."""
    (run,) = runs_of(uri, key_of(path))
    assert run.info.status == "FINISHED"
    points: dict[str, list[tuple[int, int, float]]] = {}
    for record, _ in read(path):
        if isinstance(record, Metrics):
            for name, value in record.values.items():
                points.setdefault(name, []).append((record.step, record.time_ms, value))
        if isinstance(record, Params):
            assert record.values.items() <= run.data.params.items()
        if isinstance(record, Tags):
            assert record.values.items() <= run.data.tags.items()
        if isinstance(record, Artifact):
            listed = MlflowClient(uri).list_artifacts(run.info.run_id)
            assert record.path in [info.path for info in listed]
    for name, expected in points.items():
        assert history(uri, run.info.run_id, name) == sorted(expected)
        assert run.data.metrics[name] == max(expected)[2]


def run_sync(uri: str, folder: Path | str = "outputs", *overrides: str) -> None:
    """Deliver all journals below a folder to a store that is given up on after a second."""
    words = [f"journals={folder}", "tracking.drain_timeout_s=1", f"tracking.uri={uri}"]
    sync(compose_config("sync", [*words, *overrides]))
