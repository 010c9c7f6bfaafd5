import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from omegaconf import DictConfig
from support.sweeps import writer_of

from chipbench import hardware
from chipbench.backends import Device
from chipbench.comparison.run_consistency import contradicts_itself
from chipbench.config.compose import compose_config
from chipbench.ground import tags as registry
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.measure.epochs import Epoch
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.models import tiny_vgg
from chipbench.tracking.journal import End, Tags, read
from chipbench.tracking.store import configured_store
from chipbench.tracking.stored_runs import StoredRuns
from chipbench.train import train
from chipbench.workloads.training.prepared_training import PreparedTraining

Compose = Callable[..., DictConfig]
DIGITS = ("dataset=digits", "epochs=3")
#: For what does not depend on the training.
SMALL = ("dataset=digits", "dataset.max_examples=64", "optimizer=sgd")


def client_of(folder: Path) -> MlflowClient:
    return MlflowClient(f"sqlite:///{folder / 'mlflow.db'}")


def only_run(folder: Path) -> Run:
    client = client_of(folder)
    experiments = [e.experiment_id for e in client.search_experiments()]
    (run,) = client.search_runs(experiments)
    return run


def test_a_run_records_every_name_of_the_contract(finished: Path) -> None:
    run = only_run(finished)
    assert run.info.status == "FINISHED"
    assert run.info.run_name.startswith("b32 · tinyvgg_digits · ")
    assert run.data.params["batch_size"] == "32"
    assert run.data.params["optimizer.learning_rate"] == "0.001"
    expected = {
        "epoch_time_s", "validation_time_s", "images_per_second", "loss", "accuracy", "val_loss",
        "val_accuracy", "total_time_s", "time_per_epoch_s", "steady_epoch_time_s", "warmup_time_s",
        "steady_images_per_second", "time_to_target_s", "parameters_total", "parameters_trainable",
        "training_megaflop_per_image", "achieved_tflops", "input_wait_percent",
        "other_load_before_percent", "other_load_percent",
        "cpu_utilization_mean_percent", "memory_peak_mib", "process_memory_peak_mib",
        "swap_growth_mib",
        "system/cpu_utilization_percentage", "system/system_memory_usage_megabytes",
    }  # fmt: skip
    assert expected <= set(run.data.metrics)
    tags = {k.removeprefix("chipbench."): v for k, v in run.data.tags.items()}
    assert tags["status"] == "completed"
    assert tags["kind"] == "training"
    assert tags["experiment"] == "tinyvgg_digits"
    assert tags["data_source"] == "bundled"
    assert (tags["optimizer_requested"], tags["optimizer_used"]) == ("adam", "adam")
    assert {"machine", "protocol", "fingerprint", "device", "limited_by"} <= set(tags)
    assert "optimizer_fallback_reason" not in tags
    assert {tag for tag in tags if not tag.startswith("mlflow.")} <= known_tags()


def test_a_run_is_found_in_its_store_as_it_was_recorded(finished: Path) -> None:
    config = compose_config("compare", [f"tracking.uri=sqlite:///{finished / 'mlflow.db'}"])
    store = configured_store(config.tracking, finished)
    assert store is not None
    (run,) = StoredRuns(store).read(None)
    assert run.tags["benchmark_version"] == str(BENCHMARK_VERSION)
    assert run.tags["train_examples"] == "1437"
    assert run.tags["fingerprint"] == fingerprint(run.params, run.tags)
    assert not contradicts_itself(run)


def known_tags() -> set[str]:
    named = {name: value for name, value in vars(registry).items() if name.isupper()}
    return {value for value in named.values() if isinstance(value, str)}


def test_a_run_is_called_what_the_user_says(compose: Compose, tmp_path: Path) -> None:
    train(compose(*SMALL, "epochs=1", "tracking.run_name='my run'"))
    assert only_run(tmp_path).info.run_name == "my run"


def test_a_run_that_is_not_validated_says_nothing_of_it(compose: Compose, tmp_path: Path) -> None:
    train(compose(*SMALL, "epochs=2", "protocol=sweep2023"))
    run = only_run(tmp_path)
    assert not {"val_loss", "val_accuracy"} & set(run.data.metrics)
    assert run.data.metrics["validation_time_s"] == 0
    history = client_of(tmp_path).get_metric_history(run.info.run_id, "epoch_time_s")
    assert run.data.metrics["total_time_s"] == pytest.approx(sum(m.value for m in history))
    assert run.data.tags["chipbench.protocol"] == "sweep2023"


def test_a_run_has_its_status_when_all_else_is_recorded(finished: Path) -> None:
    *_, status, end = [record for record, _ in read(finished / "run" / "journal.jsonl")]
    assert status == Tags({"chipbench.status": "completed"})
    assert isinstance(end, End)


def test_epochs_are_steps_from_one_and_add_up(finished: Path) -> None:
    client, run = client_of(finished), only_run(finished)
    run_id = run.info.run_id
    training = client.get_metric_history(run_id, "epoch_time_s")
    validation = client.get_metric_history(run_id, "validation_time_s")
    assert [metric.step for metric in training] == [1, 2, 3]
    total = sum(m.value for m in training) + sum(m.value for m in validation)
    assert run.data.metrics["total_time_s"] == pytest.approx(total)
    speeds = client.get_metric_history(run_id, "images_per_second")
    assert [m.value for m in speeds] == pytest.approx([1437 / m.value for m in training])


def test_artifacts_are_there_and_the_model_predicts(finished: Path) -> None:
    client, run = client_of(finished), only_run(finished)
    names = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert names == {
        "config.yaml", "machine.json", "result.json", "samples.csv", "epochs.csv",
        "epoch_times.png", "utilisation.png", "model",
    }  # fmt: skip
    folder = finished / "run"
    epochs = pd.read_csv(folder / "epochs.csv")
    assert list(epochs["epoch"]) == [1, 2, 3]
    assert list(epochs["images"]) == [1437] * 3
    assert json.loads((folder / "result.json").read_text())["status"] == "completed"
    import mlflow.tensorflow
    import numpy as np

    model = mlflow.tensorflow.load_model(str(folder / "model"))
    assert model.predict(np.zeros((2, 32, 32, 3)), verbose=0).shape == (2, 10)


@pytest.fixture
def determinism_ends() -> Iterator[None]:
    """TensorFlow's public interface switches it on for the rest of the process."""
    yield
    from tensorflow.python.framework.config import disable_op_determinism

    disable_op_determinism()


@pytest.mark.usefixtures("determinism_ends")
def test_the_same_seed_gives_the_same_losses_twice(compose: Compose, tmp_path: Path) -> None:
    losses = []
    for folder in ("a", "b"):
        overrides = ("deterministic=true", "tracking=none", f"output_dir={tmp_path / folder}")
        train(compose(*SMALL, "epochs=3", *overrides))
        losses.append(pd.read_csv(tmp_path / folder / "epochs.csv")["loss"].tolist())
    assert losses[0] == losses[1]


def test_a_loss_that_is_not_finite_ends_the_run_as_failed(compose: Compose, tmp_path: Path) -> None:
    with pytest.raises(FloatingPointError):
        train(compose(*SMALL, "epochs=3", "optimizer.learning_rate=1e30"))
    run = only_run(tmp_path)
    assert run.info.status == "FAILED"
    assert "lower the learning rate" in run.data.tags["chipbench.reason"]
    assert run.data.metrics["epoch_time_s"] > 0


def test_out_of_memory_is_named_and_keeps_what_was_measured(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    def measure(self: PreparedTraining, report: Any) -> None:
        report(1, {"epoch_time_s": 1.0})
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(PreparedTraining, "measure", measure)
    with pytest.raises(tf.errors.ResourceExhaustedError):
        train(compose(*DIGITS))
    run = only_run(tmp_path)
    assert run.info.status == "FAILED"
    assert run.data.tags["chipbench.reason"] == "out of memory: use a smaller batch_size"
    assert run.data.metrics["epoch_time_s"] == 1.0


def test_a_batch_larger_than_the_data_is_refused(compose: Compose, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="1437 training images"):
        train(compose(*DIGITS, "batch_size=1438"))
    assert only_run(tmp_path).info.status == "FAILED"


def test_an_unsupported_benchmark_is_tagged_skipped(compose: Compose, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedBenchmark, match="machine.accelerator=cpu"):
        train(compose(*DIGITS, "machine.accelerator=gpu"))
    assert only_run(tmp_path).data.tags["chipbench.status"] == "skipped"


def test_another_machines_name_is_refused_before_a_run_begins(
    compose: Compose, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="machine.force=true"):
        train(compose(*DIGITS, "machine=m1_max_mbp_14_2021"))
    client = client_of(tmp_path)
    assert not client.search_runs([e.experiment_id for e in client.search_experiments()])


def start(folder: Path, cache: Path) -> "subprocess.Popen[str]":
    environment = os.environ | {"CHIPBENCH_CACHE": str(cache)}
    command = [sys.executable, "-m", "chipbench.train", *SMALL, "epochs=5000"]
    places = [f"output_dir={folder / 'run'}", f"tracking.uri=sqlite:///{folder / 'mlflow.db'}"]
    places.append(f"hydra.run.dir={folder / 'hydra'}")
    return subprocess.Popen(
        [*command, *places],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    )


@pytest.mark.usefixtures("made_store")
@pytest.mark.parametrize(
    ("number", "code", "status", "mlflow_status"),
    [
        (signal.SIGINT, 130, "interrupted", "KILLED"),
        (signal.SIGTERM, 143, "interrupted", "KILLED"),
        (signal.SIGKILL, -9, "failed", "FAILED"),
    ],
)
def test_a_signal_ends_the_run_in_order(
    number: int, code: int, status: str, mlflow_status: str, tmp_path: Path, cache: Path
) -> None:
    process = start(tmp_path, cache)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("epoch 3/"):
            break
    if number == signal.SIGKILL:
        writer_of(tmp_path, "run").kill()
    else:
        process.send_signal(number)
    process.communicate(timeout=120)
    assert process.returncode == code
    deadline = time.monotonic() + 120
    while only_run(tmp_path).info.status == "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.5)
    run = only_run(tmp_path)
    assert run.info.status == mlflow_status
    assert run.data.tags["chipbench.status"] == status
    steps = client_of(tmp_path).get_metric_history(run.info.run_id, "loss")
    assert len(steps) >= 3


def test_nothing_recorded_reveals_the_owner(finished: Path) -> None:
    import getpass
    import socket

    text = "".join(
        path.read_text(errors="ignore")
        for path in (finished / "run").rglob("*")
        if path.suffix in (".json", ".jsonl", ".yaml", ".csv")
    )
    secrets = {str(Path.home()), str(finished), socket.gethostname()}
    if len(getpass.getuser()) > 4:  # a short one, such as root, is part of ordinary words
        secrets.add(getpass.getuser())
    for secret in secrets:
        assert secret not in text


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ([], True),
        (["experiment=efficientnetb0_food101"], True),
        (["batch_size=64"], False),
        (["protocol=tuned"], False),
        (["dataset.max_examples=1000"], False),
        (["dataset=digits"], False),
    ],
)
def test_the_articles_benchmark_is_drawn_beside_the_published_machines(
    words: list[str], drawn: bool, compose: Compose, tmp_path: Path
) -> None:
    loop = SimpleNamespace(model=tiny_vgg.build(10, 32, None), feed=None, single_rate=None)
    loop.tags = dict
    task = SimpleNamespace(config=compose(*words), device=Device("cpu", "c", lambda: None))
    task.augmentation = None
    task.data = SimpleNamespace(classes=10, best_accuracy=None, least_loss=None)
    training = PreparedTraining(task, hardware.detect(), loop, {})
    training.epochs = [Epoch(n, 10.0, 1.0, 100, 1.0, 0.5, 1.0, 0.5) for n in (1, 2)]
    for name, write in training.work().files.items():
        write(tmp_path / name)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"epochs.csv", "epoch_times.png"} <= names
    assert ("beside_published.png" in names) is drawn
