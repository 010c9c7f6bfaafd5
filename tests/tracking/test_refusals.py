"""What a store will never take is shortened or refused before, and not waited for afterwards."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from omegaconf import DictConfig
from support.journals import deliver, key_of, runs_of, series, start, write_journal

from chipbench.config.compose import compose_config
from chipbench.ground.errors import ConfigurationError
from chipbench.sync import UndeliveredError, sync
from chipbench.tracking import delivery_process, redelivery
from chipbench.tracking.address import check_address
from chipbench.tracking.delivery import Delivery
from chipbench.tracking.delivery_process import follow
from chipbench.tracking.journal import Start, Tags
from chipbench.train import train

LONG = "ä😀" * 300


@pytest.fixture(autouse=True)
def in_its_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(delivery_process, "_LAST_PAUSE_S", 0.01)
    monkeypatch.setattr(delivery_process, "_TICK_S", 0.01)
    monkeypatch.setattr(redelivery, "_PAUSE_S", 0.01)


def test_names_that_columns_have_no_room_for_are_shortened(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    uri = new_database()
    named: list[str] = []
    for number, experiment in enumerate((LONG, f"{LONG}!", "half a pair \ud800 and \0 NUL")):
        first = Start(f"{number}", LONG, experiment, 1_000)
        renamed = Tags({"mlflow.runName": f"again {LONG}", "why": LONG * 20})
        path = write_journal(tmp_path / f"{number}", first, renamed, *series(2))
        assert deliver(path, uri).state.complete
        (run,) = runs_of(uri, key_of(path))
        assert run.info.run_name.startswith("again ä😀") and len(run.info.run_name) == 250
        assert len(run.data.tags["why"]) == 5000
        named.append(MlflowClient(uri).get_experiment(run.info.experiment_id).name)
    assert len(set(named)) == 3 and named[0].startswith("ä😀ä😀")


@pytest.mark.parametrize("name", ["e" * 600, "e" * 251, " "])
def test_an_experiments_name_is_refused_before_the_training(
    name: str, compose: Callable[..., DictConfig], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=r"tracking\.experiment_name=.* at most 250 char"):
        train(compose(f"tracking.experiment_name='{name}'", "dataset=digits"))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "uri",
    ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///?timeout=9"]
    + ["sqlite:///file::memory:?cache=shared&uri=true", "sqlite:///file:a?mode=memory&uri=true"],
)
def test_a_database_in_memory_is_refused(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="gone with the process that delivers it"):
        check_address(uri)


REFUSALS = {
    "PERMISSION_DENIED": "its administrator has to allow it",
    "UNAUTHENTICATED": "MLFLOW_TRACKING_PASSWORD",
    "INVALID_PARAMETER_VALUE": "no such thing",
    "BAD_REQUEST": "no such thing",
}
ABSENCES = ("TEMPORARILY_UNAVAILABLE", "INTERNAL_ERROR", "REQUEST_LIMIT_EXCEEDED")


class Refusing(MlflowClient):
    """A store that answers every search with the same error."""

    def __init__(self, uri: str, error: Exception) -> None:
        super().__init__(uri)
        self.error = error
        self.tries = 0

    def search_experiments(self, *_: object, **__: object) -> object:  # type: ignore[override]
        self.tries += 1
        raise self.error


def error_of(code: str) -> MlflowException:
    error = MlflowException("no such thing")
    error.error_code = code
    return error


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_is_not_waited_for(code: str, database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(2))
    client = Refusing(database, error_of(code))
    delivery = Delivery(path, lambda: client, "store")
    began_s = time.monotonic()
    assert not follow(path, delivery, interval_s=0.01, patience_s=60)
    assert time.monotonic() - began_s < 10 and client.tries == 3
    assert REFUSALS[code] in str(delivery.state.error)
    assert str(delivery.state.error).endswith("that is a refusal, which is not waited for")


@pytest.mark.parametrize("code", ABSENCES)
def test_an_absence_is_waited_for(code: str, database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(2))
    client = Refusing(database, error_of(code))
    delivery = Delivery(path, lambda: client, "store")
    assert not follow(path, delivery, interval_s=0.01, patience_s=0.3)
    assert client.tries > 3 and "refusal" not in str(delivery.state.error)


def test_a_refusal_that_is_mended_in_time_is_forgotten(database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(2))
    client = MlflowClient(database)
    refused = [error_of("PERMISSION_DENIED")] * 2
    delivery = Delivery(path, lambda: client, "store")
    for error in refused:
        delivery.fail(error)
    assert follow(path, delivery, interval_s=0.01, patience_s=60)
    assert delivery.state.complete and delivery.state.error is None


def test_tables_of_another_version_are_no_absence(database: str, tmp_path: Path) -> None:
    path = write_journal(tmp_path / "run", *series(2))
    client = Refusing(database, MlflowException("Detected out-of-date database schema"))
    delivery = Delivery(path, lambda: client, "store")
    assert not follow(path, delivery, interval_s=0.01, patience_s=60)
    assert "run `mlflow db upgrade <address>`" in str(delivery.state.error)


@pytest.mark.usefixtures("as_in_a_process_of_its_own")
def test_sync_names_a_foreign_key_and_goes_on(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = write_journal(tmp_path / "theirs", start(secret="theirs"))
    deliver(theirs, database)
    for number in range(3):
        write_journal(tmp_path / "outputs" / f"a{number}", start(key_of(theirs), secret="guessed"))
    write_journal(tmp_path / "outputs" / "an odd key", start("' OR 1=1"))
    write_journal(tmp_path / "outputs" / "z")
    with pytest.raises(UndeliveredError):
        sync(compose_config("sync", ["journals=outputs", f"tracking.uri={database}"]))
    said = capsys.readouterr().out
    assert "; 4 could not be delivered; 1 delivered; " in said
    assert said.count("made by another journal or login") == 3 and "is not a key" in said
