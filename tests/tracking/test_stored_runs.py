"""Runs read straight from the tables or the answers are what MLflow's own client gives."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from support.tracking_server import PASSWORD, USER, TrackingServer

from chipbench.measure.recorded_run import RecordedRun, SeriesPoint
from chipbench.tracking import server_runs
from chipbench.tracking.store import Store
from chipbench.tracking.stored_runs import StoredRuns

pytestmark = pytest.mark.usefixtures("as_in_a_process_of_its_own")


def by_mlflow(run: Run) -> RecordedRun:
    own = {k: v for k, v in run.data.tags.items() if k.startswith("chipbench.")}
    return RecordedRun(
        run_id=run.info.run_id,
        name=run.info.run_name,
        status=run.info.status,
        start_ms=run.info.start_time,
        tags={key.removeprefix("chipbench."): value for key, value in own.items()},
        params=run.data.params,
        metrics=run.data.metrics,
    )


def fill(client: MlflowClient, name: str) -> str:
    """An experiment with runs of every kind, one of them deleted."""
    experiment = str(client.create_experiment(name))
    for number in range(5):
        tags = {"chipbench.machine": f"machine {number} ü", "another": "program's"}
        run_id = client.create_run(experiment, 1_000 + number % 2, tags).info.run_id
        for key, value in (("loss", 0.1 * number), ("loss", 0.2), ("inf", math.inf)):
            client.log_metric(run_id, key, value, step=number)
        client.log_param(run_id, "batch_size", 2**number)
        client.set_terminated(run_id, "FAILED" if number == 1 else "FINISHED")
    client.create_run(experiment)  # it goes on, and has nothing yet
    client.delete_run(run_id)
    return experiment


def check(uri: str, name: str) -> None:
    client = MlflowClient(uri)
    experiment = fill(client, name)
    stored = StoredRuns(Store(uri, Path.cwd(), 5.0, 60.0))
    read = stored.read([name])
    assert len(read) == 5
    assert read == [by_mlflow(run) for run in client.search_runs([experiment])]
    wanted = [(run.run_id, metric) for run in read for metric in ("loss", "inf", "nothing")]
    for (run_id, metric), points in zip(wanted, stored.histories(wanted), strict=True):
        known = client.get_metric_history(run_id, metric)
        assert points == sorted((point.step, point.value, point.timestamp) for point in known)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each time that histories were asked for, whether the server's list was taken."""
    taken: list[bool] = []
    ask = server_runs.server_histories

    def asked(address: str, wanted: Sequence[tuple[str, str]]) -> list[list[SeriesPoint]] | None:
        found = ask(address, wanted)
        taken.append(found is not None)
        return found

    monkeypatch.setattr(server_runs, "server_histories", asked)
    return taken


def test_a_database_gives_what_mlflow_does(database: str) -> None:
    check(database, "read")


def test_a_value_that_is_no_number_stays_none(database: str) -> None:
    client = MlflowClient(database)
    run_id = client.create_run("0").info.run_id
    client.log_metric(run_id, "loss", math.nan)
    (run,) = StoredRuns(Store(database, Path.cwd(), 5.0, 60.0)).read(None)
    assert math.isnan(run.metrics["loss"])


def test_a_server_with_a_login_gives_what_mlflow_does_page_by_page(
    login_server: TrackingServer, listed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
    monkeypatch.setattr(server_runs, "PAGE", 2)
    monkeypatch.setattr(server_runs, "_RUNS_AT_ONCE", 2)
    check(login_server.uri, "side by side")
    monkeypatch.setattr(server_runs, "_token_of", lambda place: "another server's")
    check(login_server.uri, "one by one")
    assert listed == [True, True]


def test_equal_texts_are_one_object(database: str) -> None:
    fill(MlflowClient(database), "read")
    runs = StoredRuns(Store(database, Path.cwd(), 5.0, 60.0)).read(["read"])
    assert len({id(run.status) for run in runs}) == len({run.status for run in runs}) == 3


@pytest.mark.parametrize(("limit", "path"), [(3, None), (25_000, "/ajax-api/2.0/mlflow/none")])
def test_histories_that_a_server_does_not_list_are_asked_for_singly(
    limit: int,
    path: str | None,
    login_server: TrackingServer,
    listed: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
    monkeypatch.setattr(server_runs, "_POINTS_AT_MOST", limit)
    monkeypatch.setattr(server_runs, "_HISTORIES", path or server_runs._HISTORIES)
    check(login_server.uri, f"singly {limit}")
    assert listed == [False]
