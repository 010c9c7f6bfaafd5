"""Recorded runs made up for the comparison's tests."""

from collections.abc import Sequence
from itertools import count

from omegaconf import DictConfig

from chipbench.config.recorded_params import recorded_params
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.result import Result

_numbers = count(1)


def run(
    machine: str,
    time_s: float | None = 10.0,
    *,
    experiment: str = "tinyvgg_cifar10",
    fingerprint: str = "f1",
    status: str = "FINISHED",
    batch_size: int = 32,
    metrics: dict[str, float] | None = None,
    day: int = 0,
    **tags: str,
) -> RecordedRun:
    number = next(_numbers)
    known = {
        "kind": "training",
        "machine": machine.lower().replace(" ", "_"),
        "machine_name": machine,
        "experiment": experiment,
        "fingerprint": fingerprint,
        "data_source": "tfds",
        "optimizer_used": "adam",
        "tensorflow": "2.19.1",
    }
    time = {} if time_s is None else {"total_time_s": time_s}
    return RecordedRun(
        run_id=f"r{number}",
        name=f"{machine} · {experiment} · b{batch_size}",
        status=status,
        start_ms=number + 86_400_000 * day,
        tags=known | tags,
        params={"batch_size": str(batch_size)},
        metrics=time | (metrics or {}),
    )


def no_histories(wanted: Sequence[tuple[str, str]]) -> list[list[tuple[int, float, int]]]:
    """Of a store that has no series."""
    return [[] for _ in wanted]


def recorded(result: Result, config: DictConfig) -> RecordedRun:
    """What a store has of a run that ended with this result."""
    params = {key: str(value) for key, value in recorded_params(config).items()}
    return RecordedRun("r", result.benchmark, "FINISHED", 0, result.tags, params, result.metrics)
