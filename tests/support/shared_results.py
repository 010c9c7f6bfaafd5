"""Results made up for the tests of sharing: as consistent as measured ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from statistics import median

from support.machines import M1_MAX

from chipbench.config.compose import compose_config
from chipbench.config.recorded_params import recorded_params
from chipbench.hardware import Machine
from chipbench.hardware.machine import slug
from chipbench.measure.fingerprint import BENCHMARK_VERSION, fingerprint
from chipbench.measure.result import Result

IMAGES = 1437
#: 2026-01-15, after the release of all software that is named here.
BEGUN_MS = 1_768_464_000_000
TIMES_S = (3.0, 2.0, 2.5)
MAC = replace(
    M1_MAX,
    name="Apple M1 Max (32-core GPU)",
    fingerprint="0123456789ab",
    versions={"python": "3.11.7", "tensorflow": "2.19.1", "keras": "3.9.0"},
)


def result(
    times_s: Sequence[float] = TIMES_S,
    machine: Machine = MAC,
    *overrides: str,
    begun_ms: int = BEGUN_MS,
) -> Result:
    """A training on the digits whose epochs took these times, each validated in half a second."""
    params = settings(f"epochs={len(times_s)}", *overrides)
    found = {
        "kind": "training",
        "experiment": "tinyvgg_digits",
        "protocol": "article",
        "benchmark_version": str(BENCHMARK_VERSION),
        "data_source": "bundled",
        "optimizer_used": "adam",
        "cores": str(machine.cpu_cores_logical),
        "os": machine.os,
        "machine": slug(machine.name),
        "machine_name": machine.name,
        "machine_fingerprint": machine.fingerprint,
        "device_kind": "gpu",
        "backend": "tensorflow",
        "backend_version": machine.versions.get("tensorflow"),
        "tensorflow": machine.versions.get("tensorflow"),
        "keras": machine.versions.get("keras"),
        "train_examples": str(IMAGES),
        "model_layers": "1f546ae8fbab10f4",
    }
    known = {key: value for key, value in found.items() if value is not None}
    known["fingerprint"] = fingerprint(params, known)
    return Result(
        benchmark="tinyvgg_digits",
        machine=machine.name,
        fingerprint=known["fingerprint"],
        status="completed",
        end="completed",
        reason=None,
        metrics=_summary(times_s),
        tags=known,
        begun_ms=begun_ms,
        params=dict(params),
        series={
            "step": list(range(1, len(times_s) + 1)),
            "epoch_time_s": list(times_s),
            "validation_time_s": [0.5] * len(times_s),
            "images_per_second": [IMAGES / time_s for time_s in times_s],
        },
        utilisation={"time_s": [0.0, 1.0], "system/cpu_utilization_percentage": [None, 50.0]},
        hardware=machine.as_dict() | {"accelerators": list(machine.as_dict()["accelerators"])},
    )


@cache
def settings(*overrides: str) -> Mapping[str, str]:
    config = compose_config("train", ["dataset=digits", "output_dir=none", *overrides])
    return {key: str(value) for key, value in recorded_params(config).items()}


def _summary(times_s: Sequence[float]) -> dict[str, float]:
    total_s = sum(times_s) + 0.5 * len(times_s)
    rate = median(IMAGES / time_s for time_s in times_s[1:])
    return {
        "total_time_s": total_s,
        "time_per_epoch_s": total_s / len(times_s),
        "steady_epoch_time_s": median(times_s[1:]),
        "warmup_time_s": times_s[0] - median(times_s[1:]),
        "steady_images_per_second": rate,
        "training_megaflop_per_image": 6.5,
        "achieved_tflops": 6.5 * rate / 1e6,
        "peak_tflops": 0.05,
        "flops_utilization_percent": 100 * 6.5 * rate / 1e6 / 0.05,
        "memory_bandwidth_gb_per_s": 100.0,
        "memory_peak_mib": 8000.0,
        "cpu_utilization_mean_percent": 50.0,
    }
