"""How a store's address is told, and which addresses are refused."""

import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from omegaconf import DictConfig, OmegaConf

from chipbench.config.compose import compose_config
from chipbench.ground.errors import ConfigurationError
from chipbench.tracking.address import check_address, without_login
from chipbench.tracking.recorder import Recorder
from chipbench.tracking.store import Store, configured_store
from chipbench.tracking.stored_runs import StoredRuns
from chipbench.train import train


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("https://u:p@host:1/x", "https://host:1/x"),
        ("https://host/x", "https://host/x"),
        ("https://u:p@ss@host/x", "https://host/x"),
        ("postgresql:///db?user=u&password=p&sslmode=require", "postgresql:///db?sslmode=require"),
        ("sqlite:////folder/mlflow.db", "sqlite:////folder/mlflow.db"),
        ("sqlite:////home/me@work/mlflow.db", "sqlite:////home/me@work/mlflow.db"),
    ],
)
def test_an_address_is_told_without_its_login(uri: str, address: str) -> None:
    check_address(uri)
    assert without_login(uri) == address


@pytest.mark.parametrize("password", ["hun/ter", "hun?ter", "hun#ter", "h/u@nter"])
@pytest.mark.parametrize("scheme", ["http://", "postgresql://", ""])
def test_a_login_that_cannot_be_told_from_the_host_is_refused(scheme: str, password: str) -> None:
    with pytest.raises(ConfigurationError, match="with / [?] # @ in them as %2F") as refused:
        check_address(f"{scheme}zaphod:{password}@host:5000/db")
    assert "zaphod" not in str(refused.value) and "ter" not in str(refused.value)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("file:///runs", "MLflow keeps no runs in plain folders any more; use sqlite:///"),
        ("postgres://u:secret@host/db", "tracking.uri=postgres://host/db: must begin with one of"),
        ("postgresql://u:secret@host:port/db", "tracking.uri=postgresql://host:port/db: invalid"),
        ("postgresql+asyncpg://u:secret@host/db", "must begin with one of http://"),
        ("http://u:secret@[::1", "tracking.uri: it is no address: Invalid IPv6 URL"),
        ("http://", "tracking.uri=http://: it has no host; it must be like http://127.0.0.1:5000"),
        ("https://u:secret@host:99999", "tracking.uri=https://host:99999: Port out of range"),
        ("http://host:web", "tracking.uri=http://host:web: Port could not be cast"),
        ("sqlite://mlflow.db", "must be sqlite:///<file>, or sqlite:////<folder>/<file>"),
    ],
)
def test_what_mlflow_does_not_take_is_refused(uri: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_address(uri)
    assert said in str(refused.value) and "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("scheme", "module", "remedy"),
    [
        ("postgresql", "psycopg", "pip install 'chipbench[server]'"),
        ("postgresql+psycopg", "psycopg", "pip install 'chipbench[server]'"),
        ("postgresql+psycopg2", "psycopg2", "pip install 'chipbench[server]'"),
        ("mysql", "MySQLdb", "pip install pymysql, and begin with mysql+pymysql://"),
        ("mysql+pymysql", "pymysql", "pip install pymysql"),
    ],
)
def test_a_driver_that_is_not_installed_is_told_before_a_run_begins(
    scheme: str,
    module: str,
    remedy: str,
    compose: Callable[..., DictConfig],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"{scheme}://u:secret@host/db")
    with pytest.raises(ConfigurationError, match="driver that it needs is not") as refused:
        train(compose("tracking.uri=${oc.env:MLFLOW_TRACKING_URI}", "dataset=digits"))
    assert str(refused.value).endswith(remedy) or remedy in str(refused.value)
    assert "secret" not in str(refused.value)
    assert not (tmp_path / "run" / "journal.jsonl").exists()


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2", "postgresql+psycopg"])
def test_every_spelling_of_a_postgresql_address_is_delivered_to(
    scheme: str,
    new_database: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", spelled(new_database(), scheme))
    store = configured_store(compose_config("train", ["output_dir=none"]).tracking, tmp_path)
    assert store is not None
    recorder = Recorder(tmp_path / "run", store, name="a run", experiment=scheme)
    recorder.metrics({"loss": 0.5}, 1)
    recorder.end("FINISHED")
    assert recorder.drain().complete
    (run,) = StoredRuns(store).read([scheme])
    assert run.metrics == {"loss": 0.5}


def spelled(address: str, scheme: str) -> str:
    """The address of a database with that scheme, and a password that must be quoted."""
    login = quote("p#a/s?s@w'o\"r d%", safe="")
    return address.replace("postgresql+psycopg2", scheme).replace("@", f":{login}@")


def test_the_login_of_a_server_leaves_its_address() -> None:
    environment = Store("http://u%23:p%2F%40@host", Path(), 1.0, 1.0).environment()
    assert environment["MLFLOW_TRACKING_URI"] == "http://host"
    assert environment["MLFLOW_TRACKING_USERNAME"] == "u#"
    assert environment["MLFLOW_TRACKING_PASSWORD"] == "p/@"


def test_the_login_of_a_database_is_quoted_for_it() -> None:
    environment = Store("postgresql://u:p@ss@host/db", Path(), 1.0, 1.0).environment()
    assert environment["MLFLOW_TRACKING_URI"] == "postgresql://u:p%40ss@host/db"


def test_a_login_on_the_command_line_is_refused(tmp_path: Path) -> None:
    tracking = {"name": "server", "uri": "http://u:secret@host", "delivery_interval_s": 1.0}
    config = OmegaConf.create(tracking | {"drain_timeout_s": 1.0})
    with pytest.raises(ConfigurationError, match="put the whole address into MLFLOW") as refused:
        configured_store(config, tmp_path)
    assert "secret" not in str(refused.value)


def test_a_stores_client_is_its_own_whatever_the_process_told_mlflow(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mlflow.tracking._tracking_service.utils._tracking_uri", "http://127.0.0.1:9"
    )
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    store = configured_store(compose_config("train", ["output_dir=none"]).tracking, tmp_path)
    assert store is not None and store.client().tracking_uri == database
