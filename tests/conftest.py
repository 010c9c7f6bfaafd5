from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from omegaconf import DictConfig

from chipbench.configuration import compose_config

pytest_plugins = ["store_fixtures"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests: verdicts and generated data are made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test joins a run or a store that the environment names."""
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.fixture
def compose(tmp_path: Path, cache: Path) -> Callable[..., DictConfig]:
    """The real training config, recorded in `tmp_path`, with overrides."""

    def composed(*overrides: str) -> DictConfig:
        places = [
            f"output_dir={tmp_path / 'run'}",
            f"cache_dir={cache}",
            f"tracking.uri=sqlite:///{tmp_path / 'mlflow.db'}",
            "tracking.delivery_interval_s=0.5",
        ]
        return compose_config("train", [*places, *overrides])

    return composed
