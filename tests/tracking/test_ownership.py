"""A journal touches only runs that it made itself, by this login."""

from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.journals import deliver, example, key_of, series, start, write_journal

from chipbench.tracking.delivery import Delivery
from chipbench.tracking.journal import Artifact, Metrics, Start, Tags
from chipbench.tracking.ownership import KEY_TAG, OWN_TAGS, ForeignRunError

Picture = tuple[object, ...]


@pytest.fixture(autouse=True)
def in_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def picture(client: MlflowClient, run_id: str) -> Picture:
    """All that a delivery could change of a run."""
    run = client.get_run(run_id)
    files = [(info.path, info.file_size) for info in client.list_artifacts(run_id)]
    return (run.info.status, run.info.end_time, run.data.tags, run.data.metrics, files)


def victim(client: MlflowClient, uri: str, folder: Path) -> tuple[Path, str]:
    """A run that someone recorded, with its journal."""
    path = example(folder, secret="theirs")
    run_id = deliver(path, uri).state.run_id
    assert run_id is not None
    return path, run_id


def foreign(folder: Path, first: Start) -> Path:
    """A journal that would change whatever it is delivered to."""
    folder.mkdir()
    (folder / "result.json").write_text("forged")
    forged = Tags({"chipbench.status": "failed"})
    return write_journal(
        folder, first, Metrics({"loss": 9.0}, 1, 1), forged, Artifact("result.json")
    )


def test_a_journal_with_anothers_key_changes_nothing(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    path, run_id = victim(client, database, tmp_path / "theirs")
    before = picture(client, run_id)
    for secret in (None, "guessed"):
        forged = foreign(tmp_path / f"forged {secret}", start(key_of(path), secret=secret))
        with pytest.raises(ForeignRunError, match="another journal or login"):
            deliver(forged, database)
    assert picture(client, run_id) == before


def test_a_journal_with_anothers_run_id_makes_its_own_run(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    _, run_id = victim(client, database, tmp_path / "theirs")
    measured = client.create_run("0").info.run_id  # another program's, still going on
    client.log_metric(measured, "loss", 1.0)
    done = client.create_run("0").info.run_id
    client.set_terminated(done)
    for number, other in enumerate((run_id, measured, done)):
        before = picture(client, other)
        forged = foreign(tmp_path / str(number), start(run_id=other))
        assert deliver(forged, database).state.run_id != other
        assert picture(client, other) == before


def test_a_state_that_names_anothers_run_is_not_believed(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    _, run_id = victim(client, database, tmp_path / "theirs")
    before = picture(client, run_id)
    forged = foreign(tmp_path / "forged", start())
    delivery = Delivery(forged, lambda: client, "store")
    delivery._save(run_id=run_id, offset=forged.read_bytes().index(b"\n") + 1)
    delivery.step()
    delivery.close_abandoned()
    assert delivery.state.run_id != run_id and delivery.state.complete
    assert picture(client, run_id) == before


@pytest.mark.parametrize("tag", sorted(OWN_TAGS))
def test_a_journals_tags_say_not_whose_the_run_is(tag: str, database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    path, run_id = victim(client, database, tmp_path / "theirs")
    before = picture(client, run_id)
    forged = Tags({tag: key_of(path), "chipbench.status": "completed"})
    state = deliver(write_journal(tmp_path / "forged", forged), database).state
    assert list(state.refused.values()) == [f"{tag}: only delivery sets this"]
    known = client.get_run(str(state.run_id)).data.tags
    assert known.get(tag) != key_of(path) and known["chipbench.status"] == "completed"
    assert deliver(path, database, afresh=True).state.complete
    assert picture(client, run_id) == before


def test_a_second_beginning_leads_to_no_other_run(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    path, run_id = victim(client, database, tmp_path / "theirs")
    before = picture(client, run_id)
    again = start(key_of(path), secret="theirs")
    forged = write_journal(tmp_path / "forged", start(), again, *series(2))
    state = deliver(forged, database).state
    assert list(state.refused.values()) == ["a journal begins once"]
    assert picture(client, run_id) == before


def test_a_parents_key_moves_no_run_of_another_login(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    child = write_journal(tmp_path / "child", start(parent_key="the-parent"))
    run_id = deliver(child, database).state.run_id
    assert run_id is not None
    client.set_tag(run_id, "chipbench.owner", "someone else")
    before = picture(client, run_id)
    deliver(write_journal(tmp_path / "parent", start("the-parent")), database)
    assert picture(client, run_id) == before


def test_another_login_leaves_a_run_alone(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a shared server, for which a login's user is told from another by a digest."""
    monkeypatch.setattr("chipbench.tracking.ownership.is_server", lambda address: True)
    client = MlflowClient(database)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "alice")
    path = write_journal(tmp_path / "run", start(secret="mine"), *series(2))
    run_id = deliver(path, database).state.run_id
    assert run_id is not None
    assert "alice" not in str(client.get_run(run_id).data.tags)
    for name in ("bob", ""):
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", name)
        with pytest.raises(ForeignRunError):
            deliver(path, database, afresh=True)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "alice")
    assert deliver(path, database, afresh=True).state.run_id == run_id


def test_the_secret_stays_in_the_journal(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    _, run_id = victim(client, database, tmp_path / "theirs")
    assert "theirs" not in str(client.get_run(run_id).data.tags)


def test_a_run_of_the_first_release_is_gone_on_with(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    path = write_journal(tmp_path / "run", *series(2))
    run_id = client.create_run("0", 1_000, tags={KEY_TAG: key_of(path)}).info.run_id
    client.set_terminated(run_id)
    assert deliver(path, database).state.run_id == run_id
