"""Fills a SQLite store with made-up runs, in bulk, as a shared server would hold them.

Run as `python tests/benchmarks/many_runs.py STORE.db NUMBER`.
"""

import random
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from mlflow import MlflowClient

from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint

#: Also the names of the experiments that are composed.
_BENCHMARKS = ("tinyvgg_cifar10", "efficientnetb0_food101", "resnet50_cifar100")
_BATCHES = (16, 32, 64, 128)
_METRICS = ("total_time_s", "time_per_epoch_s", "steady_epoch_time_s", "steady_images_per_second",
            "loss", "accuracy", "val_loss", "val_accuracy", "cpu_utilization_mean_percent",
            "memory_peak_mib", "epoch_time_s", "validation_time_s", "energy_j")  # fmt: skip


def fill(path: Path, number: int) -> None:
    """Add `number` finished runs of 200 machines, the article's baseline first, to a store."""
    client = MlflowClient(f"sqlite:///{path}")
    experiment = int(client.create_experiment(f"many-{uuid.uuid4().hex[:6]}"))
    with sqlite3.connect(path) as database:
        for table, rows in _tables(experiment, number).items():
            marks = ",".join("?" * len(rows[0]))
            database.executemany(f"insert into {table} values ({marks})", rows)


def _tables(experiment: int, number: int) -> dict[str, list[tuple[object, ...]]]:
    tables: dict[str, list[tuple[object, ...]]] = {
        "runs (run_uuid,name,source_type,status,start_time,end_time,lifecycle_stage,artifact_uri,"
        "experiment_id,user_id)": [],
        "tags (key,value,run_uuid)": [],
        "params (key,value,run_uuid)": [],
        "latest_metrics (key,value,timestamp,step,is_nan,run_uuid)": [],
    }
    runs, tags, params, values = tables.values()
    chance = random.Random(0)
    settings = {(b, size): _settings(b, size) for b in _BENCHMARKS for size in _BATCHES}
    for index in range(number):
        run_id = uuid.UUID(int=chance.getrandbits(128)).hex
        machine, benchmark = f"machine {index % 200}", chance.choice(_BENCHMARKS)
        batch = chance.choice(_BATCHES)
        start = 1_760_000_000_000 + index
        name = f"{machine} · {benchmark} · b{batch}"
        times = (start, start + 1)
        runs.append((run_id, name, "LOCAL", "FINISHED", *times, "active", "x", experiment, ""))
        known = settings[benchmark, batch]
        tags += [(key, value, run_id) for key, value in _tags(machine, benchmark, known)]
        params += [(key, value, run_id) for key, value in known.items()]
        values += [(m, chance.lognormvariate(3, 0.2), start, 1, 0, run_id) for m in _METRICS]
    return tables


def _settings(benchmark: str, batch: int) -> dict[str, str]:
    """The params of a run of `benchmark`, all that chipbench records."""
    words = [f"experiment={benchmark}", f"batch_size={batch}", "output_dir=none"]
    return {
        key: str(value) for key, value in recorded_params(compose_config("train", words)).items()
    }


def _tags(machine: str, benchmark: str, settings: dict[str, str]) -> Iterator[tuple[str, str]]:
    number = machine.removeprefix("machine ")
    yield "mlflow.runName", machine
    yield "chipbench.kind", "training"
    yield "chipbench.machine", "colab_k80" if number == "0" else f"machine_{number}"
    yield "chipbench.machine_name", machine
    yield "chipbench.experiment", benchmark
    yield "chipbench.benchmark_version", str(BENCHMARK_VERSION)
    yield "chipbench.fingerprint", fingerprint(settings, {})
    yield "chipbench.data_source", settings["dataset.source"]
    yield "chipbench.tensorflow", "2.19.1"
    yield "chipbench.optimizer_used", "adam"


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
