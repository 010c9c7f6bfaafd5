"""What becomes of a run whose numbers are there when something beside them fails."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig

from chipbench.ground import metrics
from chipbench.hardware.computing_device import CPU, Used
from chipbench.measure.result import Result
from chipbench.running import benchmark, sensor_watch, shown_benchmark
from chipbench.running.benchmark import Benchmark
from chipbench.running.shown_benchmark import run_and_show
from chipbench.tracking.journal import End, Metrics, Tags, read
from chipbench.workloads.workload import Report, Work, Write

Compose = Callable[..., DictConfig]


def failing(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


class Finished:
    """A workload whose number is there at once."""

    variant = "b32"
    used = Used(CPU)
    tags: Mapping[str, object] = {}

    def __init__(
        self,
        extra: Callable[[], None] = lambda: None,
        write: Write = lambda path: path.touch(),
        model: object | None = None,
    ) -> None:
        self._extra, self._write, self._model = extra, write, model

    def prepare(self) -> "Finished":
        return self

    def measure(self, report: Report) -> None:
        report(1, {})

    def finish(self) -> None:
        """It counts."""

    def extras(self) -> Mapping[str, Callable[[], None]]:
        return {"measuring the peak": self._extra}

    def work(self) -> Work:
        return Work(
            metrics={metrics.TOTAL_TIME: 2.0}, files={"plot.png": self._write}, model=self._model
        )


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing looks at this machine for a second before the work."""
    monkeypatch.setattr(sensor_watch.Conditions, "begin", lambda self: None)
    monkeypatch.setattr(sensor_watch.Conditions, "end", lambda self: None)


def run(config: DictConfig, workload: Finished) -> Result:
    return Benchmark(config, lambda *_: workload, lambda *_: ["place 3 of 8"]).run()


def recorded(folder: Path) -> tuple[dict[str, float], dict[str, str], str]:
    """Metrics, tags and the status of the run in `folder`."""
    values: dict[str, float] = {}
    tags: dict[str, str] = {}
    status = ""
    for record, _ in read(folder / "journal.jsonl"):
        if isinstance(record, Metrics):
            assert not values.keys() & record.values.keys(), "recorded twice"
            values |= record.values if record.step == 0 else {}
        elif isinstance(record, Tags):
            tags |= record.values
        elif isinstance(record, End):
            status = record.status
    return values, tags, status


ERRORS = [
    RuntimeError("Graph execution error:\n\nthe plug-in is away"),
    OSError(28, "No space left on device", "/home/jane/x.png"),
    ImportError("Keras 2 is needed"),
    MemoryError(),
    KeyError("tflops"),
    ZeroDivisionError("division by zero"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["extra", "write", "model"])
def test_what_follows_the_measurement_fails_alone_and_says_why(
    where: str,
    error: Exception,
    compose: Compose,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken: dict[str, Any] = {where: failing(error)}
    if where == "model":
        monkeypatch.setattr(benchmark, "save_model", failing(error))
    result = run(compose("dataset=digits", "tracking=none", "save_model=true"), Finished(**broken))
    values, tags, status = recorded(tmp_path / "run")
    assert (result.status, status, values["total_time_s"]) == ("completed", "FINISHED", 2.0)
    assert tags["chipbench.status"] == "completed" and "chipbench.ruled_out" not in tags
    what = {"extra": "measuring the peak", "write": "writing plot.png", "model": "writing model"}
    assert f"{what[where]} failed ({type(error).__name__}" in tags["chipbench.caveats"]
    assert (
        "/home" not in tags["chipbench.caveats"] and "Graph exec" not in tags["chipbench.caveats"]
    )
    kept = json.loads((tmp_path / "run" / "result.json").read_text(encoding="utf-8"))
    assert kept["status"] == "completed" and any(what[where] in c["what"] for c in kept["caveats"])
    lost = {"write": "plot.png", "model": "model"}.get(where)
    assert (tmp_path / "run" / "plot.png").exists() == (where != "write")
    said = None if lost is None else f"files of the result are missing: {lost}"
    assert tags.get("chipbench.artifacts") == said


@pytest.mark.parametrize("name", ["plot_utilisation", "write_table", "public_config"])
def test_no_file_keeps_another_away(
    name: str, compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "public_config":
        monkeypatch.setattr(benchmark.OmegaConf, "save", failing(OSError(13, "denied")))
    else:
        monkeypatch.setattr(benchmark, name, failing(ValueError("no backend")))
    assert run(compose("dataset=digits", "tracking=none"), Finished()).status == "completed"
    there = {path.name for path in (tmp_path / "run").iterdir()}
    files = {"plot_utilisation": "utilisation.png", "write_table": "samples.csv"}
    missing = files.get(name, "config.yaml")
    wanted = {"config.yaml", "machine.json", "result.json", "samples.csv", "utilisation.png"}
    assert (wanted | {"plot.png"}) - there == {missing}


@pytest.mark.parametrize("keep", [True, False])
def test_the_model_is_kept_where_that_is_asked_for(
    keep: bool, compose: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[object] = []
    monkeypatch.setattr(benchmark, "save_model", lambda model, *_: saved.append(model))
    config = compose("dataset=digits", "tracking=none", f"save_model={keep}")
    assert run(config, Finished(model="it")).status == "completed"
    assert saved == (["it"] if keep else [])


def test_a_person_who_does_not_wait_for_the_extras_keeps_the_numbers(
    compose: Compose, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(compose("dataset=digits", "tracking=none"), Finished(failing(KeyboardInterrupt())))
    values, tags, status = recorded(tmp_path / "run")
    assert (status, values["total_time_s"]) == ("FINISHED", 2.0)
    assert "what follows the measurement failed" in tags["chipbench.caveats"]


def test_the_machines_sensors_and_the_terminal_undo_nothing(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name in ("end", "summary", "caveats"):
        monkeypatch.setattr(sensor_watch.Conditions, name, failing(OSError(5, "no sensor")))
    monkeypatch.setattr(shown_benchmark, "say", lambda text: print(text))
    config = compose("dataset=digits", "tracking=none")
    show = failing(KeyError("optimizer_used"))
    result = run_and_show(config, lambda *_: Finished(), lambda *_: ["place 3 of 8"], show)
    assert result.status == "completed"
    out, err = capsys.readouterr()
    assert "recorded in" in out and "showing the result failed (KeyError: 'optimizer_used')" in err
    _, known, status = recorded(tmp_path / "run")
    assert status == "FINISHED" and "- place 3 of 8" in known["mlflow.note.content"]
