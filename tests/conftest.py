import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
from filelock import FileLock
from omegaconf import DictConfig
from support.sharing import end_shared

from chipbench import hardware
from chipbench.config.compose import compose_config
from chipbench.ground.cache import kept
from chipbench.sharing import believed_runs
from chipbench.terminal.console import console

pytest_plugins = ["support.pictures", "support.process_fixtures", "support.store_fixtures"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that began the session ends what all shared."""
    if not hasattr(session.config, "workerinput"):
        end_shared(session.config._tmp_path_factory.getbasetemp())  # as xdist asks for it


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process begin with its share of the tests that take long: xdist cuts the list.

    Those that wait for the network, for one answer together, are all one's, the last's.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    length = -(-len(items) // processes)
    waiting = [item for item in items if item.get_closest_marker("network")]
    long = [item for item in items if item.get_closest_marker("first")]
    early = {*waiting, *long}
    others = iter([item for item in items if item not in early])
    shares = [long[number::processes] for number in range(processes)]
    shares[-1] = [*waiting, *shares[-1]]
    filled = [[*share, *islice(others, max(0, length - len(share)))] for share in shares]
    items[:] = [item for share in filled for item in share]


def pytest_collection_finish() -> None:
    """What is there by now stays: to look through it again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that test processes side by side share; each has one of its own in it."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def cache(session_folder: Path) -> Path:
    """One cache for all tests: verdicts and generated data are made once."""
    folder = session_folder / "cache"
    folder.mkdir(exist_ok=True)
    # A peak is kept only where nothing else uses the processor, and here other tests do.
    peak = {"tflops": 0.2, "gigabytes_per_s": 30.0, "processor_share": 1.0}
    for backend in ("tensorflow", "torch", "jax"):
        request = {"backend": backend, "device": "cpu", "dtype": "float32"}
        kept(folder / "device_peaks", hardware.detect().setup, request, lambda: peak)
    return folder


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[None]:
    """No test joins a run or a store that the environment names, or fills the user's cache."""
    monkeypatch.setenv("CHIPBENCH_CACHE", str(cache))
    for name in ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    for name in ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL", "ARGS"):  # of `make test`
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.fixture(scope="session", autouse=True)
def nothing_shipped() -> Iterator[None]:
    """What came with chipbench of shared results is in no test's comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(believed_runs, "_SHIPPED", "none")
        yield


@pytest.fixture
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tables have room, and a console of the test's own takes its streams as they are."""
    monkeypatch.setenv("COLUMNS", "120")
    console.cache_clear()
    yield
    console.cache_clear()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """No test logs to the captured stream of one before it, as a library that was set up does."""
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    for handler in [*root.handlers]:
        if handler not in before and type(handler).__module__ == "logging":  # and pytest's own stay
            root.removeHandler(handler)


@pytest.fixture(scope="session")
def compose_in(cache: Path, empty_database: Path) -> Callable[..., DictConfig]:
    """The real training config, recorded in a folder, with overrides."""

    def composed(folder: Path, *overrides: str) -> DictConfig:
        store = folder / "mlflow.db"
        if not store.exists():
            shutil.copy(empty_database, store)
        places = [
            f"output_dir={folder / 'run'}",
            f"cache_dir={cache}",
            f"tracking.uri=sqlite:///{store}",
            "tracking.delivery_interval_s=0.5",
            "save_model=false",
        ]
        return compose_config("train", [*places, *overrides])

    return composed


@pytest.fixture
def compose(compose_in: Callable[..., DictConfig], tmp_path: Path) -> Callable[..., DictConfig]:
    """The same, recorded in `tmp_path`."""
    return partial(compose_in, tmp_path)


@pytest.fixture(scope="session")
def finished(compose_in: Callable[..., DictConfig], session_folder: Path) -> Path:
    """The folder of a finished run, for the tests that only read it, in whichever process."""
    folder = session_folder / "finished"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            from chipbench.train import train

            folder.mkdir()
            words = ["dataset=digits", "epochs=3", "target_accuracy=0.5", "save_model=true"]
            train(compose_in(folder, *words, "monitor.interval_s=0.2"))
    return folder
