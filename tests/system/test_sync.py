import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.journals import (
    assert_all_there,
    deliver,
    example,
    history,
    key_of,
    run_sync,
    runs_of,
    series,
    start,
    write_journal,
)
from support.tracking_server import TrackingServer, free_port

from chipbench.config.compose import compose_config
from chipbench.ground.errors import ConfigurationError
from chipbench.sync import UndeliveredError, sync
from chipbench.tracking.delivery_state import delivery_lock
from chipbench.tracking.journal import Artifact, read
from chipbench.tracking.journal_writer import JournalWriter

pytestmark = pytest.mark.usefixtures("as_in_a_process_of_its_own")


def test_all_that_waits_is_delivered_once(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [example(tmp_path / "outputs" / "day" / name) for name in ("a", "b")]
    run_sync(database)
    assert "2 runs found; 2 delivered; 52 records went to sqlite:///" in capsys.readouterr().out
    run_sync(database)
    assert "2 runs found; 2 were delivered before; 0 records" in capsys.readouterr().out
    run_sync(database, paths[0].parent)
    assert "1 run found; 1 was delivered before; 0 records" in capsys.readouterr().out
    for path in paths:
        assert_all_there(database, path)


def test_a_run_of_the_first_release_is_delivered(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What its training left in the output folder while its store was away, byte for byte."""
    samples = Path(__file__).parents[1] / "tracking" / "samples" / "release_0_1_0"
    path = Path(shutil.copytree(samples, tmp_path / "outputs" / "run")) / "journal.jsonl"
    for record, _ in read(path):
        if isinstance(record, Artifact):
            (path.parent / record.path).write_text(f"stands for the file {record.path}")
    run_sync(database)
    assert "1 delivered; 24 records" in capsys.readouterr().out
    assert_all_there(database, path)
    (run,) = runs_of(database, key_of(path))
    assert run.data.tags["chipbench.fingerprint"] == "c294c5e1d87a"


def test_a_copy_on_another_machine_changes_nothing(database: str, tmp_path: Path) -> None:
    path = example(tmp_path / "outputs" / "run")
    shutil.copytree(tmp_path / "outputs", tmp_path / "copied")
    run_sync(database)
    run_sync(database, tmp_path / "copied")
    run_sync(database, tmp_path / "copied", "everything=true")
    assert_all_there(database, path)


def test_a_journal_cut_anywhere_is_closed_with_its_whole_records(
    database: str, tmp_path: Path
) -> None:
    path = write_journal(tmp_path / "outputs" / "run", *series(4))
    data = path.read_bytes()
    for size in range(300, len(data), 97):
        cut = tmp_path / "cut" / str(size)
        cut.mkdir(parents=True)
        (cut / "journal.jsonl").write_bytes(data[:size])
    run_sync(database, "cut")
    (run,) = runs_of(database, key_of(path))
    assert run.info.status == "FAILED"
    run_sync(database)
    assert_all_there(database, path)


def test_a_run_whose_process_died_is_closed_as_failed(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_journal(tmp_path / "outputs" / "run", *series(3), end=False)
    run_sync(database)
    assert "closed as FAILED: its process had died" in capsys.readouterr().out
    (run,) = runs_of(database, key_of(path))
    assert run.info.status == "FAILED"


def test_a_running_benchmark_is_followed_but_not_closed(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "outputs" / "run"
    folder.mkdir(parents=True)
    writer = JournalWriter(folder)
    writer.append(start())
    for record in series(3):
        writer.append(record)
    run_sync(database)
    assert "run is still running (4 records)" in capsys.readouterr().out
    (run,) = runs_of(database, key_of(writer.path))
    assert run.info.status == "RUNNING"
    assert len(history(database, run.info.run_id, "loss")) == 3
    writer.close()


def test_a_journal_that_another_process_delivers_is_left_to_it(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_journal(tmp_path / "outputs" / "run", *series(3))
    with delivery_lock(path) as free:
        assert free
        run_sync(database)
    assert "is still running" in capsys.readouterr().out
    assert runs_of(database, key_of(path)) == []


def test_parents_come_before_their_children(database: str, tmp_path: Path) -> None:
    parent = write_journal(tmp_path / "outputs" / "z", start())
    child = write_journal(tmp_path / "outputs" / "a", start(parent_key=key_of(parent)))
    run_sync(database)
    (run,), (nested,) = runs_of(database, key_of(parent)), runs_of(database, key_of(child))
    assert nested.data.tags["mlflow.parentRunId"] == run.info.run_id
    assert int(run.info.run_id, 16) and run.info.start_time == nested.info.start_time


def test_another_store_gets_what_one_had_only_when_asked(
    database: str, server: TrackingServer, tmp_path: Path
) -> None:
    path = example(tmp_path / "outputs" / "run")
    run_sync(database)
    run_sync(server.uri)
    assert runs_of(server.uri, key_of(path)) == []
    run_sync(server.uri, "outputs", "everything=true")
    assert_all_there(server.uri, path)


def test_a_half_delivered_run_goes_to_another_store_in_whole(
    database: str, server: TrackingServer, tmp_path: Path
) -> None:
    half = write_journal(tmp_path / "outputs" / "run", first := start(), *series(3), end=False)
    deliver(half, database)
    half.unlink()
    whole = write_journal(tmp_path / "outputs" / "run", first, *series(6))
    run_sync(server.uri)
    assert_all_there(server.uri, whole)


def test_a_store_that_is_away_ends_with_one_line_and_loses_nothing(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [example(tmp_path / "outputs" / name) for name in ("a", "b", "c")]
    with pytest.raises(UndeliveredError, match="cannot be reached: Connection refused"):
        run_sync(f"http://127.0.0.1:{free_port()}")
    assert capsys.readouterr().out.count("could not be delivered\n") == 3
    run_sync(database)
    for path in paths:
        assert_all_there(database, path)


def test_refused_records_are_told_every_time(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_journal(tmp_path / "outputs" / "run", Artifact("gone.png"))
    for _ in range(2):
        run_sync(database)
        assert "refused: gone.png is not in the output folder" in capsys.readouterr().out


def test_a_journal_without_a_first_record_is_named(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_journal(tmp_path / "outputs" / "run", *series(3))
    path.write_bytes(b"x" + path.read_bytes())
    with pytest.raises(UndeliveredError, match="1 of 1 journal cannot be read"):
        run_sync(database)
    assert "run has no readable first record" in capsys.readouterr().out


def test_a_deleted_run_stays_deleted(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_journal(tmp_path / "outputs" / "run", *series(3), end=False)
    run_id = deliver(path, database).state.run_id
    assert run_id is not None
    MlflowClient(database).delete_run(run_id)
    run_sync(database)
    assert "was deleted in the store and stays so" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["journals=nowhere"], "journals=nowhere: no such folder"),
        (["tracking=none"], "tracking=none: nothing to deliver to"),
        (["tracking=server"], "tracking=server: it has no address; set MLFLOW_TRACKING_URI"),
        (["tracking.uri=https://alice:secret@host"], "tracking.uri=https://host: a user or"),
        (["tracking.uri=ftp://host"], "tracking.uri=ftp://host: must begin with one of"),
    ],
)
def test_a_mistake_is_one_line_with_the_remedy(
    tmp_path: Path, words: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "outputs").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        sync(compose_config("sync", words))
    assert str(caught.value).startswith(message)
    assert "secret" not in str(caught.value)


def test_the_command_delivers(database: str, tmp_path: Path) -> None:
    path = example(tmp_path / "elsewhere" / "run")
    finished = subprocess.run(
        [sys.executable, "-m", "chipbench.sync", "--journals", "elsewhere"]
        + ["--tracking.uri", database],
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr
    assert "1 delivered" in finished.stdout
    assert finished.stderr == ""
    assert_all_there(database, path)
    assert not (tmp_path / ".hydra").exists() and not (tmp_path / "outputs").exists()
