import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.journals import history, runs_of
from support.tracking_server import TrackingServer, free_port

from chipbench.tracking.delivery_state import delivery_lock
from chipbench.tracking.journal import End, Metrics, Params, Tags, read
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import Store


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def store_at(uri: str, drain_timeout_s: float = 60.0) -> Store:
    return Store(uri, Path.cwd(), 0.2, drain_timeout_s)


def begin(folder: Path, store: Store | None, **fields: str) -> Recorder:
    return Recorder(folder, store, name="a run", experiment="recorder", **fields)


def test_what_is_recorded_is_delivered(server: TrackingServer, tmp_path: Path) -> None:
    recorder = begin(tmp_path / "run", store_at(server.uri))
    recorder.params({"batch_size": 32})
    recorder.tags({"kind": "training", "absent": None})
    for step in range(1, 6):
        recorder.metrics({"loss": 1 / step}, step)
    (tmp_path / "run" / "result.json").write_text("{}")
    recorder.artifact(tmp_path / "run" / "result.json")
    recorder.end("FINISHED")
    assert recorder.drain().complete
    (run,) = runs_of(server.uri, recorder.key)
    assert run.info.status == "FINISHED"
    assert run.data.params == {"batch_size": "32"}
    assert run.data.tags["chipbench.kind"] == "training"
    assert "chipbench.absent" not in run.data.tags
    assert len(history(server.uri, run.info.run_id, "loss")) == 5


def test_a_store_that_is_away_costs_the_end_its_patience_alone(tmp_path: Path) -> None:
    recorder = begin(tmp_path / "run", store_at(f"http://127.0.0.1:{free_port()}", 5.0))
    recorder.settle()
    began_s = time.monotonic()
    recorder.metrics({"loss": 1.0}, 1)
    assert time.monotonic() - began_s < 2
    recorder.end("FINISHED")
    state = recorder.drain()
    assert state.waiting == 3
    assert state.error == "the store cannot be reached: Connection refused"
    assert time.monotonic() - began_s < 30


def test_a_delivery_that_was_killed_is_started_again(
    server: TrackingServer, tmp_path: Path
) -> None:
    """As when the machine runs out of memory."""
    recorder = begin(tmp_path / "run", store_at(server.uri))
    assert recorder._delivery is not None
    recorder.settle()
    os.kill(recorder._delivery.pid, signal.SIGKILL)
    recorder._delivery.wait()
    wait_until_free(tmp_path / "run" / "journal.jsonl")
    recorder.metrics({"loss": 1.0}, 1)
    recorder.end("FINISHED")
    assert recorder.drain().complete


def wait_until_free(journal: Path) -> None:
    """What was killed stands for a fork of the warm Python, which is killed a moment later."""
    for _ in range(1200):
        with delivery_lock(journal) as free:
            if free:
                return
        time.sleep(0.05)
    raise AssertionError("the killed delivery goes on")


def test_a_benchmark_that_was_killed_is_closed_as_failed(
    server: TrackingServer, tmp_path: Path
) -> None:
    key = record_and_die(tmp_path / "run", server.uri)
    for _ in range(150):
        found = runs_of(server.uri, key)
        if found and found[0].info.status == "FAILED":
            break
        time.sleep(0.2)
    (run,) = runs_of(server.uri, key)
    assert run.info.status == "FAILED"
    assert run.data.tags["chipbench.status"] == "failed"
    assert len(history(server.uri, run.info.run_id, "loss")) == 3


def record_and_die(folder: Path, uri: str) -> str:
    code = f"""
import os, signal
from pathlib import Path
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import Store
store = Store({uri!r}, Path.cwd(), 0.2, 60.0)
recorder = Recorder(Path({str(folder)!r}), store, name="a run", experiment="recorder")
for step in (1, 2, 3):
    recorder.metrics({{"loss": 1 / step}}, step)
print(recorder.key, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    finished = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert finished.returncode == -signal.SIGKILL
    return finished.stdout.decode().strip()


def test_nothing_is_sent_without_a_store(tmp_path: Path) -> None:
    recorder = begin(tmp_path / "run", None)
    recorder.metrics({"loss": 1.0, "never": float("nan")}, 1)
    recorder.end("FINISHED")
    recorder.end("FAILED")
    records = [record for record, _ in read(tmp_path / "run" / "journal.jsonl")]
    assert [type(record) for record in records[1:]] == [Metrics, End]
    assert records[1] == Metrics({"loss": 1.0}, 1, records[1].time_ms)  # type: ignore[union-attr]
    assert records[2].status == "FINISHED"  # type: ignore[union-attr]
    assert recorder.drain().waiting == 3


_CLIENT = """
from pathlib import Path
from chipbench.tracking.store import Store
Store("sqlite:///mlflow.db", Path(), 1.0, 1.0).client()
"""
_DELIVERY = """
import os
from pathlib import Path
from chipbench.tracking.store import Store
os.environ.update(Store("sqlite:///mlflow.db", Path(), 1.0, 1.0).environment())
import chipbench.tracking.delivery_process
"""
_MODEL = """
from pathlib import Path
from chipbench.tracking.saved_model import save_model
try:
    save_model(None, "tensorflow", Path())
except AttributeError:
    pass
"""


@pytest.mark.parametrize("use", [_CLIENT, _DELIVERY, _MODEL])
def test_mlflow_reports_nothing_to_its_makers(use: str, made_store: Path, tmp_path: Path) -> None:
    program = f"{use}\nfrom mlflow import telemetry; print(telemetry.get_telemetry_client())"
    silent = ("PYTEST_CURRENT_TEST", "CI", "MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    environment = {key: value for key, value in os.environ.items() if key not in silent}
    said = subprocess.check_output(
        [sys.executable, "-c", program], env=environment, text=True, cwd=tmp_path
    )
    assert said.strip() == "None"


def test_a_full_disk_is_told_once_and_delivered_from_memory(
    server: TrackingServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    recorder = begin(tmp_path / "run", store_at(server.uri))
    recorder.metrics({"loss": 1.0}, 1)
    room_bytes = (tmp_path / "run" / "journal.jsonl").stat().st_size
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        file = recorder._journal._file
        if not file.closed and descriptor == file.fileno():
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    for step in range(2, 3000):
        recorder.metrics({"loss": 1 / step}, step)
    recorder.end("FINISHED")
    assert capfd.readouterr().err.count("No space left on device") == 1
    assert (tmp_path / "run" / "journal.jsonl").stat().st_size == room_bytes
    assert recorder.unwritten == 2999
    state = recorder.drain()
    assert state.closed
    (run,) = runs_of(server.uri, recorder.key)
    assert run.info.status == "FINISHED"
    assert len(history(server.uri, run.info.run_id, "loss")) == 2999


def test_text_that_no_store_takes_is_mended(tmp_path: Path, database: str) -> None:
    recorder = begin(tmp_path / "run", store_at(database))
    recorder.tags({"reason": "half \udcff and \0 nothing"})
    recorder.end("FAILED")
    assert recorder.drain().complete
    (run,) = runs_of(database, recorder.key)
    assert run.data.tags["chipbench.reason"] == "half ? and  nothing"


def test_a_child_is_nested_under_its_parent(tmp_path: Path, database: str) -> None:
    parent = begin(tmp_path / "parent", store_at(database))
    child = begin(tmp_path / "child", store_at(database), parent_key=parent.key)
    for recorder in (child, parent):
        recorder.end("FINISHED")
    assert child.drain().complete and parent.drain().complete
    (parent_run,), (child_run,) = runs_of(database, parent.key), runs_of(database, child.key)
    assert child_run.data.tags["mlflow.parentRunId"] == parent_run.info.run_id


def test_a_run_that_mlflow_began_is_joined(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = MlflowClient(database).create_run("0").info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", run_id)
    recorder = begin(tmp_path / "run", store_at(database))
    recorder.end("FINISHED")
    assert recorder.drain().run_id == run_id


def test_params_and_tags_are_text(tmp_path: Path) -> None:
    recorder = begin(tmp_path / "run", None)
    recorder.params({"epochs": 5, "deterministic": False})
    recorder.tags({"price_usd": 3299})
    recorder.end("FINISHED")
    records = [record for record, _ in read(tmp_path / "run" / "journal.jsonl")]
    assert records[1:3] == [
        Params({"epochs": "5", "deterministic": "False"}),
        Tags({"chipbench.price_usd": "3299"}),
    ]
