"""No password, token or user name of a store leaves the environment."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from support.journals import deliver, example, runs_of, start, write_journal
from support.tracking_server import PASSWORD, USER, Postgres, TrackingServer, free_port

from chipbench.tracking.reason import reason
from chipbench.tracking.redaction import redacted
from chipbench.tracking.store import Store

SECRET, NAME = "hunter2-is-long-enough", "zaphod-b"

BENCHMARK = """
import sys
from pathlib import Path
from omegaconf import OmegaConf
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import configured_store
tracking = {"name": "server", "uri": sys.argv[1], "delivery_interval_s": 0.2}
tracking["drain_timeout_s"] = float(sys.argv[2])
store = configured_store(OmegaConf.create(tracking), Path.cwd())
recorder = Recorder(Path("run"), store, name="a run", experiment="credentials")
recorder.params({"uri": sys.argv[1]})
recorder.tags({"reason": f"could not reach {sys.argv[1]}"})
recorder.metrics({"loss": 1.0}, 1)
recorder.end("FINISHED")
print(recorder.key, recorder.drain().error, store.address)
"""


def scan(folder: Path, *secrets: str) -> list[str]:
    """The files below `folder` that hold one of `secrets`."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += [path.name for secret in secrets if secret.encode() in data]
    return found


def record(
    folder: Path, uri: str, patience_s: float, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run something like a benchmark on the store at `uri`, with that in its environment too."""
    return subprocess.run(
        [sys.executable, "-c", BENCHMARK, uri, str(patience_s)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"MLFLOW_TRACKING_URI": uri} | environment,
    )


def test_a_login_in_the_address_is_used_and_never_kept(
    start_server: Callable[..., TrackingServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start_server(login=True)
    secret = PASSWORD.replace(" ", "%20")
    finished = record(tmp_path, server.uri.replace("//", f"//{USER}:{secret}@"), patience_s=60)
    key, error, address = finished.stdout.split()
    assert (error, address) == ("None", server.uri)
    assert scan(tmp_path, PASSWORD, secret, f"{USER}:") == []
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
    (run,) = runs_of(server.uri, key)
    stored = str(run.to_dictionary())
    assert PASSWORD not in stored and secret not in stored
    assert run.data.tags["chipbench.reason"].startswith("could not reach http://")


@pytest.mark.parametrize("scheme", ["http", "postgresql+psycopg2"])
def test_a_login_that_is_refused_is_not_repeated(
    scheme: str, postgres: Postgres, tmp_path: Path
) -> None:
    port = postgres.port if scheme != "http" else free_port()
    finished = record(tmp_path, f"{scheme}://{NAME}:{SECRET}@127.0.0.1:{port}/none", patience_s=12)
    assert finished.returncode == 0, finished.stderr
    for said in (finished.stdout, finished.stderr):
        assert SECRET not in said and NAME not in said
    assert (tmp_path / "run" / "delivered.json").is_file()
    assert scan(tmp_path, SECRET, NAME) == []


def test_a_token_is_never_kept(tmp_path: Path) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    assert record(tmp_path, uri, patience_s=12, MLFLOW_TRACKING_TOKEN=SECRET).returncode == 0
    assert scan(tmp_path, SECRET) == []


def test_sync_says_no_credentials(tmp_path: Path) -> None:
    example(tmp_path / "outputs" / "run")
    finished = subprocess.run(
        [sys.executable, "-m", "chipbench.sync", "tracking.drain_timeout_s=0"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"MLFLOW_TRACKING_URI": f"http://{NAME}:{SECRET}@127.0.0.1:9"},
    )
    assert finished.returncode == 1
    assert "cannot be reached" in finished.stderr
    assert SECRET not in finished.stdout + finished.stderr
    assert NAME not in finished.stdout + finished.stderr
    assert scan(tmp_path, SECRET, NAME) == []


def test_what_mlflow_says_of_user_and_sources_is_removed(database: str, tmp_path: Path) -> None:
    client = MlflowClient(database)
    revealing = {
        "mlflow.user": NAME,
        "mlflow.source.name": f"/home/{NAME}/chipbench",
        "mlflow.gitRepoURL": f"https://{NAME}:{SECRET}@git.example.org/chipbench",
        "mlflow.source.git.repoURL": "https://git.example.org/chipbench",
    }
    run_id = client.create_run("0", tags=revealing).info.run_id
    deliver(write_journal(tmp_path / "run", start(run_id=run_id)), database)
    tags = client.get_run(run_id).data.tags
    assert SECRET not in str(tags) and NAME not in str(tags)
    assert tags["mlflow.source.git.repoURL"] == revealing["mlflow.source.git.repoURL"]


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("https://u:p@host:1/x", "https://host:1/x"),
        ("https://host/x", "https://host/x"),
        ("postgresql:///db?user=u&password=p&sslmode=require", "postgresql:///db?sslmode=require"),
        ("sqlite:////folder/mlflow.db", "sqlite:////folder/mlflow.db"),
    ],
)
def test_an_address_is_told_without_its_login(uri: str, address: str) -> None:
    assert Store(uri, Path(), 1.0, 1.0).address == address


def test_reasons_and_records_are_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"mysql://{NAME}:hunter%20%202@host/db")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert redacted(f"{SECRET} and hunter  2, hunter%20%202") == "*** and ***, ***"
    assert reason(ValueError(f"no user {NAME}\nat all")) == "no user *** at all"
    assert redacted("batch_size") == "batch_size"
