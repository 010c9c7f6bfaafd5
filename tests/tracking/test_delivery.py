import random
import shutil
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.entities import PagedList
from support.fault_proxy import Fault, FaultProxy, sometimes
from support.journals import (
    assert_all_there,
    deliver,
    example,
    history,
    key_of,
    runs_of,
    series,
    start,
    write_journal,
)
from support.tracking_server import USER, TrackingServer

from chipbench.tracking.artifact_delivery import ArtifactStore
from chipbench.tracking.delivery import Delivery
from chipbench.tracking.delivery_state import read_state
from chipbench.tracking.journal import Artifact, Metrics, Params, Tags, read
from chipbench.tracking.journal_run import DUPLICATE_TAG, KEY_TAG
from chipbench.tracking.store import Store


@pytest.fixture(params=["sqlite", "server"])
def uri(request: pytest.FixtureRequest) -> str:
    """A store: SQLite, and a server with PostgreSQL."""
    if request.param == "server":
        server: TrackingServer = request.getfixturevalue("server")
        return server.uri
    return str(request.getfixturevalue("database"))


@pytest.fixture
def other_database(empty_database: Path, tmp_path: Path) -> str:
    """A second store."""
    return f"sqlite:///{shutil.copy(empty_database, tmp_path / 'other.db')}"


@pytest.fixture(autouse=True)
def one_try(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    monkeypatch.chdir(tmp_path)


def test_everything_arrives(uri: str, tmp_path: Path) -> None:
    path = example(tmp_path / "run")
    assert deliver(path, uri).state.complete
    assert_all_there(uri, path)


def test_a_second_delivery_adds_nothing(uri: str, tmp_path: Path) -> None:
    path = example(tmp_path / "run")
    deliver(path, uri)
    (tmp_path / "run" / "delivered.json").unlink()
    deliver(path, uri)
    deliver(path, uri, afresh=True)
    assert_all_there(uri, path)


_WRITES = ("create_experiment", "create_run", "set_tag", "set_experiment_tag", "log_batch")
_WRITES += ("set_terminated",)


class Killed(BaseException):
    """The deliverer's process has ended."""


class MortalClient(MlflowClient):
    """Dies when the store has done the last of `writes`, before anyone hears of it."""

    def __init__(self, uri: str, writes: int) -> None:
        super().__init__(uri)
        self._left = writes

    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        if name not in _WRITES:
            return found

        def write(*args: object, **kwargs: object) -> object:
            answer = found(*args, **kwargs)  # type: ignore[operator]
            self.has_written()
            return answer

        return write

    def has_written(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed


def test_a_delivery_that_dies_anywhere_goes_on(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after its first write, its second and so on, each time from the state that is left."""
    path = example(tmp_path / "run")
    deaths = 0
    send_file = ArtifactStore.send

    def send(self: ArtifactStore, file: Path, name: str) -> None:
        send_file(self, file, name)
        client.has_written()

    monkeypatch.setattr(ArtifactStore, "send", send)
    while not read_state(path).complete:
        client = MortalClient(uri, writes=deaths + 1)
        try:
            Delivery(path, lambda client=client: client, store="store").step()  # type: ignore[misc]
        except Killed:
            deaths += 1
    assert deaths >= 3
    assert_all_there(uri, path)


def test_a_bad_network_loses_and_doubles_nothing(
    server: TrackingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the process that delivers, without MLflow's own retries.
    for name, value in Store(server.uri, tmp_path, 1, 1).environment().items():
        monkeypatch.setenv(name, value)
    proxy = FaultProxy(server.port, sometimes(0.3, seed=7))
    for number in range(2):
        path = example(tmp_path / f"run{number}")
        delivery = Delivery(path, lambda: MlflowClient(proxy.uri), "store")
        tries = 0
        while not delivery.state.complete and tries < 300:
            tries += 1
            try:
                delivery.step()
                delivery.retry_refused()
            except Exception as error:  # as in the process that delivers
                delivery.fail(error)
        assert delivery.state.complete, (tries, delivery.state.refused)
        assert_all_there(server.uri, path)
    proxy.close()
    assert set(proxy.faults) == set(Fault), "every kind of fault should have happened"


def test_a_run_created_twice_becomes_one(uri: str, tmp_path: Path) -> None:
    """The answer to a creation was lost, and the request arrived late."""
    path = example(tmp_path / "run")
    client = MlflowClient(uri)
    experiment = client.create_experiment(f"twice-{random.random()}")
    ghost = client.create_run(experiment, tags={KEY_TAG: key_of(path)})
    deliver(path, uri)
    late = client.create_run(experiment, tags={KEY_TAG: key_of(path)})
    deliver(path, uri, afresh=True)
    assert_all_there(uri, path)
    (run,) = runs_of(uri, key_of(path))
    assert run.info.run_id == min(ghost.info.run_id, late.info.run_id)
    retired = client.get_run(max(ghost.info.run_id, late.info.run_id))
    assert retired.info.lifecycle_stage == "deleted"
    assert retired.data.tags[DUPLICATE_TAG] == run.info.run_id


def test_an_answer_that_is_cut_off_is_not_taken_for_no_run(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an answer without its body, MLflow's client understands that nothing was found."""
    path = example(tmp_path / "run")
    MlflowClient(database).create_run("0", tags={KEY_TAG: key_of(path)})
    client = MlflowClient(database)
    delivery = Delivery(path, lambda: client, "store")
    with monkeypatch.context() as patch:
        patch.setattr(client, "search_runs", lambda *_: PagedList([], None))
        with pytest.raises(ConnectionError, match="cut off"):
            delivery.step()
    delivery.step()
    assert_all_there(database, path)


def test_a_duplicate_whose_retirement_broke_off_is_retired_again(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = example(tmp_path / "run")
    client = MlflowClient(database)
    twice = [client.create_run("0", tags={KEY_TAG: key_of(path)}).info.run_id for _ in range(2)]
    delivery = Delivery(path, lambda: client, "store")
    for broken in ("set_tag", "set_terminated", "delete_run"):
        with monkeypatch.context() as patch:
            break_off(patch, client, broken, max(twice))
            with pytest.raises(ConnectionResetError):
                delivery.step()
    delivery.step()
    assert_all_there(database, path)
    assert client.get_run(max(twice)).info.lifecycle_stage == "deleted"


def break_off(patch: pytest.MonkeyPatch, client: MlflowClient, name: str, run_id: str) -> None:
    """Let a request of the client for this run fail."""
    request = getattr(client, name)

    def broken(of: str, *more: object) -> None:
        if of == run_id:
            raise ConnectionResetError
        request(of, *more)

    patch.setattr(client, name, broken)


def test_two_copies_delivered_at_once_become_one_run(uri: str, tmp_path: Path) -> None:
    """Each delivery has made a run of its own before either sees the other's."""
    path = example(tmp_path / "run", key=f"{random.getrandbits(128):032x}")
    copy = example(tmp_path / "copy", key=key_of(path))
    client = MlflowClient(uri)
    experiment = client.create_experiment(f"copies-{random.random()}")
    first, second = sorted(client.create_run(experiment).info.run_id for _ in range(2))
    deliveries = [Delivery(p, lambda: MlflowClient(uri), "store") for p in (path, copy)]
    for delivery, run_id in zip(deliveries, (second, first), strict=True):
        client.set_tag(run_id, KEY_TAG, key_of(path))
        delivery._save(run_id=run_id)
    for delivery in deliveries:
        delivery.step()
    assert all(delivery.state.run_id == first for delivery in deliveries)
    assert_all_there(uri, path)


def test_a_run_that_someone_deleted_stays_deleted(uri: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(3))
    run_id = deliver(path, uri).state.run_id
    assert run_id is not None
    MlflowClient(uri).delete_run(run_id)
    state = deliver(path, uri, afresh=True).state
    assert state.deleted and state.complete
    assert runs_of(uri, key_of(path)) == []


def test_a_run_that_the_store_lost_is_made_again(
    database: str, other_database: str, tmp_path: Path
) -> None:
    """As after restoring an old backup: the state names a run that is not there."""
    path = example(tmp_path / "run")
    run_id = deliver(path, database).state.run_id
    delivery = Delivery(path, lambda: MlflowClient(other_database), store="restored")
    delivery._save(run_id=run_id, offset=read_half(path))
    delivery.step()
    assert_all_there(other_database, path)


def read_half(path: Path) -> int:
    ends = [end for _, end in read(path)]
    return ends[len(ends) // 2]


def test_a_refused_entry_holds_up_nothing_else(uri: str, tmp_path: Path) -> None:
    good, bad = {f"m{i}": 1.0 for i in range(30)}, {"bad*name": 1.0}
    path = write_journal(
        tmp_path / "run",
        Params({"fine": "1", "a" * 300: "2"}),
        Metrics(good | bad, 1, 5),
        Artifact("never/written"),
        Tags({"later": "here"}),
    )
    state = deliver(path, uri).state
    assert len(state.refused) == 3 and not state.complete
    assert "never/written is not in the output folder" in state.refused.values()
    (run,) = runs_of(uri, key_of(path))
    assert run.info.status == "FINISHED"
    assert run.data.params == {"fine": "1"}
    assert run.data.metrics == good
    assert run.data.tags["later"] == "here"


def test_what_was_refused_is_tried_again(database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", Artifact("late.txt"))
    delivery = deliver(path, database)
    assert not delivery.state.complete
    delivery.retry_refused()
    assert not delivery.state.complete
    (tmp_path / "run" / "late.txt").write_text("here now")
    delivery.retry_refused()
    assert delivery.state.complete


def test_a_store_that_is_away_refuses_nothing(tmp_path: Path) -> None:
    path = example(tmp_path / "run")
    delivery = Delivery(path, lambda: MlflowClient("http://127.0.0.1:9"), "store")
    for _ in range(8):
        with pytest.raises(MlflowException):
            delivery.step()
    assert delivery.state.refused == {}
    assert delivery.state.offset == 0


def test_a_param_that_the_store_has_otherwise_stays(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    run_id = client.create_run("0").info.run_id
    client.log_param(run_id, "batch_size", "064")
    path = write_journal(
        tmp_path / "run", start(run_id=run_id), Params({"batch_size": "64", "epochs": "5"})
    )
    assert deliver(path, database).state.complete
    assert client.get_run(run_id).data.params == {"batch_size": "064", "epochs": "5"}


def test_a_joined_run_is_used_where_it_exists_and_made_where_not(
    database: str, other_database: str, tmp_path: Path
) -> None:
    client = MlflowClient(database)
    run_id = client.create_run("0", tags={"mlflow.user": "alice"}).info.run_id
    path = write_journal(tmp_path / "run", start(run_id=run_id), *series(2))
    assert deliver(path, database).state.run_id == run_id
    assert "mlflow.user" not in client.get_run(run_id).data.tags
    assert deliver(path, other_database).state.run_id != run_id
    assert_all_there(database, path)
    assert_all_there(other_database, path)


def test_two_journals_never_share_a_joined_run(database: str, tmp_path: Path) -> None:
    run_id = MlflowClient(database).create_run("0").info.run_id
    paths = [write_journal(tmp_path / n, start(run_id=run_id), *series(2)) for n in "ab"]
    for path in paths:
        deliver(path, database)
        assert_all_there(database, path)


@pytest.mark.parametrize("parent_first", [True, False])
def test_children_are_nested_whichever_comes_first(
    database: str, tmp_path: Path, parent_first: bool
) -> None:
    parent = write_journal(tmp_path / "parent", start())
    children = [
        write_journal(tmp_path / f"child{i}", start(parent_key=key_of(parent))) for i in (1, 2)
    ]
    order = [parent, *children] if parent_first else [*children, parent]
    for path in order:
        deliver(path, database)
    (run,) = runs_of(database, key_of(parent))
    for child in children:
        (nested,) = runs_of(database, key_of(child))
        assert nested.data.tags["mlflow.parentRunId"] == run.info.run_id


def test_many_metrics_go_in_batches(database: str, tmp_path: Path) -> None:
    wide = Metrics({f"m{i:04}": float(i) for i in range(1100)}, 1, 2)
    path = write_journal(tmp_path / "run", wide, *series(1200))
    deliver(path, database)
    assert_all_there(database, path)


def test_an_abandoned_run_is_closed_with_what_it_had(database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(5), end=False)
    delivery = deliver(path, database)
    assert delivery.close_abandoned()
    assert not delivery.close_abandoned()
    (run,) = runs_of(database, key_of(path))
    assert run.info.status == "FAILED"
    assert run.info.end_time == 1_005, "the time of the last record, not of the delivery"
    assert run.data.tags["chipbench.status"] == "failed"
    assert len(history(database, run.info.run_id, "loss")) == 5


def test_a_run_whose_process_died_between_its_result_and_its_end_is_closed(
    database: str, tmp_path: Path
) -> None:
    done = Tags({"chipbench.status": "completed"})
    path = write_journal(tmp_path / "run", *series(5), done, end=False)
    assert deliver(path, database).close_abandoned()
    (run,) = runs_of(database, key_of(path))
    assert (run.info.status, run.data.tags["chipbench.status"]) == ("FAILED", "failed")


def test_the_closing_of_an_abandoned_run_that_broke_off_is_done_again(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_journal(tmp_path / "run", *series(5), end=False)
    client = MlflowClient(database)
    delivery = Delivery(path, lambda: client, "store")
    delivery.step()
    (run,) = runs_of(database, key_of(path))
    with monkeypatch.context() as patch:
        break_off(patch, client, "set_terminated", run.info.run_id)
        with pytest.raises(ConnectionResetError):
            delivery.close_abandoned()
    assert delivery.close_abandoned()
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_copy_made_before_the_end_does_not_fail_the_run(database: str, tmp_path: Path) -> None:
    """The copy is delivered first, closed as abandoned; then the journal that went on."""
    first = start()
    copy = write_journal(tmp_path / "copy", first, *series(3), end=False)
    whole = write_journal(
        tmp_path / "run", first, *series(6), Tags({"chipbench.status": "completed"})
    )
    deliver(copy, database).close_abandoned()
    deliver(whole, database)
    assert_all_there(database, whole)
    (run,) = runs_of(database, first.key)
    assert "chipbench.reason" not in run.data.tags


def test_a_copy_made_before_the_end_and_delivered_after_it_changes_nothing(
    database: str, tmp_path: Path
) -> None:
    first, done = start(), Tags({"chipbench.status": "completed"})
    whole = write_journal(tmp_path / "run", first, *series(6), done)
    copy = write_journal(tmp_path / "copy", first, *series(3), end=False)
    deliver(whole, database)
    deliver(copy, database).close_abandoned()
    assert_all_there(database, whole)
    (run,) = runs_of(database, first.key)
    assert run.data.tags["chipbench.status"] == "completed"


def test_large_files_are_sent_once(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = example(tmp_path / "run")
    deliver(path, database)
    sent: list[str] = []
    original = ArtifactStore.send

    def send(self: ArtifactStore, file: Path, name: str) -> None:
        sent.append(file.name)
        original(self, file, name)

    monkeypatch.setattr(ArtifactStore, "send", send)
    deliver(path, database, afresh=True)
    assert sent == []
    stored = next((tmp_path / "mlruns").rglob("weights"))
    stored.write_bytes(stored.read_bytes()[:-1] + b"!")
    deliver(path, database, afresh=True)
    assert sent == ["weights"], "the same size, another checksum"


def test_an_artifact_outside_of_the_folder_is_refused(database: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("no")
    path = write_journal(tmp_path / "run", Artifact("../secret"))
    state = deliver(path, database).state
    assert list(state.refused.values()) == ["../secret is not in the output folder"]


def test_a_state_that_is_damaged_is_a_new_one(database: str, tmp_path: Path) -> None:
    path = example(tmp_path / "run")
    deliver(path, database)
    (tmp_path / "run" / "delivered.json").write_text('{"offset": 12')
    assert read_state(path).offset == 0
    deliver(path, database)
    assert_all_there(database, path)


def test_a_damaged_record_is_passed_over_and_told(database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(5))
    data = bytearray(path.read_bytes())
    data[[end for _, end in read(path)][1] + 20] ^= 1
    path.write_bytes(data)
    state = deliver(path, database).state
    assert list(state.refused.values()) == ["the record is damaged"]
    (run,) = runs_of(database, key_of(path))
    assert len(history(database, run.info.run_id, "loss")) == 4


def test_a_login_that_fails_says_so(
    login_server: TrackingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "not the password")
    path = example(tmp_path / "run")
    delivery = Delivery(path, lambda: MlflowClient(login_server.uri), "store")
    for _ in range(6):
        with pytest.raises(MlflowException) as caught:
            delivery.step()
        delivery.fail(caught.value)
    assert delivery.state.error is not None
    assert "MLFLOW_TRACKING_PASSWORD" in delivery.state.error
    assert delivery.state.refused == {}
