"""How a store's address is told, and which addresses are refused."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from chipbench.ground.errors import ConfigurationError
from chipbench.tracking.address import check_address, without_login
from chipbench.tracking.store import Store, configured_store


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
