"""The run that `mlflow run` makes is named if nothing was recorded, and reveals nothing."""

from collections.abc import Callable

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from support.tracking_server import free_port

from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.running import command
from chipbench.tracking.own_run import OwnRun
from chipbench.tracking.ownership import KEY_TAG

REVEALING = {"mlflow.user": "alice", "mlflow.source.name": "file:///home/alice/chipbench"}
PROJECT = {"mlflow.source.type": "PROJECT", "mlflow.project.entryPoint": "main"}
URL = {"mlflow.source.git.repoURL": "https://alice:secret@example.org/chipbench.git"}


@pytest.fixture
def made(
    database: str, monkeypatch: pytest.MonkeyPatch, as_in_a_process_of_its_own: None
) -> Callable[..., Callable[[], Run]]:
    """Makes a run as `mlflow run` does, and gives what reads it back."""
    for name in ("make_lasting", "install"):
        monkeypatch.setattr(command, name, lambda: None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    client = MlflowClient(database)

    def make(**tags: str) -> Callable[[], Run]:
        known = REVEALING | URL | PROJECT | tags
        run = client.create_run("0", tags=known, run_name="calm-crow-7")
        monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
        return lambda: client.get_run(run.info.run_id)

    return make


def ended(entry: str, error: BaseException | None, *words: str) -> int:
    def task(_: object) -> None:
        if error is not None:
            raise error

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as end:
        patch.setattr(command.sys, "argv", [entry, *words])
        command.run(entry, task)
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize(
    ("entry", "error", "code", "words"),
    [
        ("reference", None, 0, []),
        ("sync", None, 0, []),
        ("doctor", None, 0, []),
        ("compare", UnsupportedBenchmark("nothing"), 3, []),
        ("reference", None, 0, ["--help"]),
        ("train", None, 2, ["batch_size=many"]),
        ("train", ConfigurationError("no"), 2, []),
        ("export", RuntimeError("no"), 1, []),
        ("createml", KeyboardInterrupt(), 130, []),
        ("sweep", None, 2, ["batchsize=1,2"]),
        ("train", None, 0, ["tracking.uri=sqlite:///another.db"]),
    ],
)
def test_a_run_that_nothing_was_recorded_in_is_named(
    made: Callable[..., Callable[[], Run]],
    entry: str,
    error: BaseException | None,
    code: int,
    words: list[str],
) -> None:
    read = made()
    assert ended(entry, error, *words) == code
    run = read()
    assert not {*REVEALING, *URL} & set(run.data.tags)
    assert (run.data.tags["chipbench.kind"], run.info.run_name) == ("empty", entry)
    assert run.info.status == "RUNNING"  # `mlflow run` ends it


def test_the_next_call_removes_it_once_it_has_ended(
    made: Callable[..., Callable[[], Run]],
) -> None:
    first = made()
    assert ended("doctor", None) == 0
    second = made()
    assert ended("doctor", None) == 0
    assert first().info.lifecycle_stage == "active"
    MlflowClient().set_terminated(first().info.run_id)
    assert ended("doctor", None) == 0
    assert first().info.lifecycle_stage == "deleted"
    assert second().info.lifecycle_stage == "active"


def test_a_run_of_another_program_is_left_as_it_is(
    made: Callable[..., Callable[[], Run]],
) -> None:
    read = made()
    run = read()
    MlflowClient().delete_tag(run.info.run_id, "mlflow.project.entryPoint")
    assert ended("doctor", None) == 0
    assert (read().info.run_name, read().info.status) == ("calm-crow-7", "RUNNING")


def test_a_run_that_a_journal_has_joined_keeps_its_name(
    made: Callable[..., Callable[[], Run]],
) -> None:
    read = made(**{KEY_TAG: "abc", "chipbench.kind": "training"})
    assert ended("train", None) == 0
    tags = read().data.tags
    assert (tags["chipbench.kind"], tags["mlflow.runName"]) == ("training", "calm-crow-7")
    assert not {*REVEALING, *URL} & set(tags)


def test_a_store_that_is_away_is_no_fault(
    made: Callable[..., Callable[[], Run]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    OwnRun().name("train")
