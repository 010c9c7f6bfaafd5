"""That the store returned is not that it kept: delivery reads back before it says delivered."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking._tracking_service.client import TrackingServiceClient
from support.journals import assert_all_there, deliver, example, key_of, runs_of, series, start
from support.journals import write_journal as write

from chipbench.tracking.artifact_delivery import ArtifactStore
from chipbench.tracking.delivery import Delivery
from chipbench.tracking.journal import Artifact, Metrics, Params, Tags
from chipbench.tracking.readback import NotKeptError
from chipbench.tracking.store import Store

Batch = tuple[list[Metric], list[Param], list[RunTag]]


@pytest.fixture(autouse=True)
def in_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


class ForgetfulClient(MlflowClient):
    """Says yes to every batch, and `forgets` some of it for the first `times`."""

    def __init__(self, uri: str, forgets: Callable[[Any], bool], times: int = 1) -> None:
        super().__init__(uri)
        self._forgets = forgets
        self._times = times

    def log_batch(self, run_id: str, *batch: Any) -> None:  # type: ignore[override]
        kept = [[e for e in part if not self._lost(e)] for part in batch[:3]]
        super().log_batch(run_id, *kept, synchronous=True)

    def _lost(self, entity: Metric | Param | RunTag) -> bool:
        lost = self._times > 0 and self._forgets(entity)
        self._times -= lost
        return lost


FORGOTTEN: dict[str, Callable[[Any], bool]] = {
    "a point of a series": lambda e: isinstance(e, Metric) and e.step == 7,
    "the last point": lambda e: isinstance(e, Metric) and e.step == 20,
    "a value of its own": lambda e: isinstance(e, Metric) and e.key == "total_time_s",
    "a param": lambda e: isinstance(e, Param) and e.key == "model.name",
    "a tag": lambda e: isinstance(e, RunTag) and e.key == "chipbench.status",
    "a note": lambda e: isinstance(e, RunTag) and e.key == "mlflow.note.content",
}


def whole(folder: Path) -> Path:
    """A journal with one of everything that can be forgotten."""
    return write(
        folder,
        Params({"batch_size": "32", "model.name": "tiny_vgg"}),
        Tags({"chipbench.status": "completed", "mlflow.note.content": "a note"}),
        *series(20),
        Metrics({"total_time_s": 3.5}, 0, 2_000),
    )


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_was_taken_and_not_kept_is_delivered_again(
    what: str, database: str, tmp_path: Path
) -> None:
    path = whole(tmp_path / "run")
    client = ForgetfulClient(database, FORGOTTEN[what])
    delivery = Delivery(path, lambda: client, "store")
    with pytest.raises(NotKeptError, match="the store took and did not keep 1 values or files"):
        delivery.step()
    assert not delivery.state.complete
    delivery.step()
    assert delivery.state.complete
    assert_all_there(database, path)


def test_what_a_store_never_keeps_is_told_and_holds_up_nothing(
    database: str, tmp_path: Path
) -> None:
    path = whole(tmp_path / "run")
    client = ForgetfulClient(database, FORGOTTEN["a param"], times=99)
    delivery = Delivery(path, lambda: client, "store")
    for _ in range(4):
        with pytest.raises(NotKeptError):
            delivery.step()
    delivery.step()
    (run,) = runs_of(database, key_of(path))
    assert run.info.status == "FINISHED" and len(run.data.metrics) == 3
    assert not delivery.state.complete and "model.name" in str(delivery.state.refused)
    client._times = 0
    delivery.retry_refused()
    assert not delivery.state.complete, "what it lost is not sent by looking for it"
    deliver(path, database, afresh=True)
    assert_all_there(database, path)


def test_an_abandoned_run_is_read_back_too(database: str, tmp_path: Path) -> None:
    path = write(tmp_path / "run", *series(20), end=False)
    client = ForgetfulClient(database, FORGOTTEN["a point of a series"])
    delivery = Delivery(path, lambda: client, "store")
    delivery.step()
    with pytest.raises(NotKeptError):
        delivery.close_abandoned()
    delivery.step()
    assert delivery.close_abandoned() and delivery.state.complete


@pytest.mark.parametrize("harm", ["lost", "cut off", "changed"])
def test_a_file_that_was_not_kept_is_sent_again(
    harm: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = example(tmp_path / "run")
    send = ArtifactStore.send

    def harmed(self: ArtifactStore, file: Path, name: str) -> None:
        send(self, file, name)
        stored = next((tmp_path / "mlruns").rglob(file.name))
        if harm == "lost":
            stored.unlink()
        else:
            data = stored.read_bytes()
            stored.write_bytes(data[:-1] if harm == "cut off" else b"!" + data[1:])

    delivery = Delivery(path, lambda: MlflowClient(database), "store")
    with monkeypatch.context() as patch:
        patch.setattr(ArtifactStore, "send", harmed)
        with pytest.raises(ConnectionError, match="did not keep model/weights as it was sent"):
            delivery.step()
    delivery.step()
    assert delivery.state.complete
    assert_all_there(database, path)


def test_a_file_that_is_gone_at_the_end_is_sent_again(database: str, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.txt").write_text("kept")
    path = write(tmp_path / "run", Artifact("a.txt"), end=False)
    delivery = deliver(path, database)
    next((tmp_path / "mlruns").rglob("a.txt")).unlink()
    with pytest.raises(NotKeptError, match=r"such as a\.txt"):
        delivery.close_abandoned()
    delivery.step()
    assert delivery.close_abandoned()
    assert next((tmp_path / "mlruns").rglob("a.txt")).read_text() == "kept"


def test_what_people_changed_in_the_store_is_not_missed(database: str, tmp_path: Path) -> None:
    path = write(tmp_path / "run", start(), Tags({"mlflow.note.content": "a note"}), end=False)
    delivery = deliver(path, database)
    run_id = str(delivery.state.run_id)
    MlflowClient(database).set_tag(run_id, "mlflow.note.content", "a better note")
    assert delivery.close_abandoned()
    known = MlflowClient(database).get_run(run_id).data.tags
    assert known["mlflow.note.content"] == "a better note"


def test_logging_beside_is_off_whatever_the_environment_says(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It returns before the store has anything, and loses it while the store is away."""
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_LOGGING", "true")
    for name in tuple(vars(TrackingServiceClient)):
        if name.endswith("_async"):
            monkeypatch.delattr(TrackingServiceClient, name)
    path = example(tmp_path / "run", parent_key="a-parent")
    deliver(path, database)
    deliver(write(tmp_path / "parent", start("a-parent")), database)
    assert_all_there(database, path)


@pytest.mark.parametrize(
    ("name", "users", "deliverys"),
    [
        ("MLFLOW_ENABLE_ASYNC_LOGGING", "true", "false"),
        ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "7", "0"),
        ("MLFLOW_HTTP_REQUEST_TIMEOUT", "86400", "30"),
        ("MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", "true", "false"),
        ("MLFLOW_TRUNCATE_LONG_VALUES", "false", "true"),
        ("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true", "false"),
        ("MLFLOW_TRACKING_URI", "http://elsewhere", "sqlite:///here.db"),
    ],
)
def test_delivery_sets_what_changes_the_meaning_of_a_call(
    name: str, users: str, deliverys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, users)
    store = Store("sqlite:///here.db", Path(), 1.0, 1.0)
    assert (os.environ | store.environment())[name] == deliverys


def test_the_environments_experiment_is_not_the_journals(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that means nothing in this store, or another experiment."""
    client = MlflowClient(database)
    mine, gone = client.create_experiment("mine"), client.create_experiment("gone")
    client.delete_experiment(gone)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", mine)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")

    def experiment(number: int, **first: str) -> str:
        path = write(tmp_path / str(number), start(**first))
        run_id = deliver(path, database).state.run_id
        return str(client.get_experiment(client.get_run(str(run_id)).info.experiment_id).name)

    assert experiment(0) == "journals"
    assert experiment(1, experiment_id=mine, store=database) == "mine", "as `mlflow run` chose"
    assert experiment(2, experiment_id=mine, store="another store's") == "journals"
    for number, wrong in enumerate(("12345", gone, "no number", "")):
        assert experiment(10 + number, experiment_id=wrong, store=database) == "journals"
