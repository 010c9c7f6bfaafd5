from pathlib import Path

import pytest

from chipbench import hardware
from chipbench.backends.trials.peak import fastest_s
from chipbench.ground.cache import kept
from chipbench.ground.metrics import MEGAFLOP_PER_IMAGE
from chipbench.ground.processes import TrialError
from chipbench.hardware import Load
from chipbench.workloads.training.limits import device_use
from chipbench.workloads.training.limits.device_use import Peak, device_peak, limited_by, use_of


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else is said to use the processor."""
    monkeypatch.setattr(device_use, "load_now", lambda watched_s: Load(0.0, 0.0))


def test_use_of_the_peak_by_hand() -> None:
    values = use_of(Peak(0.4, 20.0), 8e6, 5000, MEGAFLOP_PER_IMAGE)
    assert values == {
        "peak_tflops": 0.4,
        "memory_bandwidth_gb_per_s": 20.0,
        "training_megaflop_per_image": 8.0,
        "achieved_tflops": pytest.approx(0.04),
        "flops_utilization_percent": pytest.approx(10.0),
    }


def test_what_is_unknown_is_absent() -> None:
    assert use_of(None, None, 5000, MEGAFLOP_PER_IMAGE) == {}
    assert "flops_utilization_percent" not in use_of(None, 8e6, 5000, MEGAFLOP_PER_IMAGE)
    assert "achieved_tflops" not in use_of(Peak(0.4, 20.0), 8e6, None, MEGAFLOP_PER_IMAGE)


@pytest.mark.parametrize(
    ("wait", "expected"),
    [(0.0, "device"), (5.1, "device, and input in part"), (20.1, "input"), (None, None)],
)
def test_the_limit_is_told_from_the_wait(wait: float | None, expected: str | None) -> None:
    values = {} if wait is None else {"input_wait_percent": wait}
    assert limited_by(values) == expected


def test_a_peak_is_the_fastest_repeat_after_a_warm_up() -> None:
    calls: list[str] = []
    time_s = fastest_s(lambda: calls.append("work"), lambda: calls.append("synchronize"))
    assert calls[:4] == ["work", "synchronize"] * 2 and len(calls) == 12
    assert 0 < time_s < 1


def test_this_processors_peak_is_measured_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_use, "_UNDISTURBED", 0.0)  # whatever else this machine does
    machine = hardware.detect()
    peak = device_peak(machine, "tensorflow", "cpu", "float32", tmp_path)
    assert peak is not None
    # One core gives some GFLOP/s in float32; no two-digit number of TFLOP/s has been seen of any.
    assert 0.001 < peak.tflops < 50
    assert 0.5 < peak.memory_bandwidth_gb_per_s < 2000
    monkeypatch.setattr(device_use, "run_trial", None)
    assert device_peak(machine, "tensorflow", "cpu", "float32", tmp_path) == peak


MACHINE = hardware.detect()
PEAK = {"tflops": 0.1, "gigabytes_per_s": 5.0, "processor_share": 0.99}


@pytest.mark.parametrize("key", PEAK)
@pytest.mark.parametrize("value", [0, -1.0, 1e7, 1e300, 2**70, "0.1", True, None, [0.1], {}])
def test_a_kept_peak_that_cannot_be_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: object
) -> None:
    machine = MACHINE
    request = {"backend": "tensorflow", "device": "cpu", "dtype": "float32"}
    kept(tmp_path / "device_peaks", machine.setup, request, lambda: PEAK | {key: value})
    monkeypatch.setattr(device_use, "run_trial", lambda *_: PEAK)
    assert device_peak(machine, "tensorflow", "cpu", "float32", tmp_path) == Peak(0.1, 5.0)


def test_a_disturbed_measurement_is_no_peak_and_a_failed_one_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"tflops": 0.1, "gigabytes_per_s": 5.0, "processor_share": 0.5}
    monkeypatch.setattr(device_use, "run_trial", lambda *_: answer)
    machine = hardware.detect()
    assert device_peak(machine, "tensorflow", "cpu", "float32", tmp_path) is None
    answer["processor_share"] = 0.99
    assert device_peak(machine, "tensorflow", "cpu", "float32", tmp_path) == Peak(0.1, 5.0), (
        "not kept before"
    )

    def fail(*_: object) -> None:
        raise TrialError("the process was killed by signal 6")

    monkeypatch.setattr(device_use, "run_trial", fail)
    with pytest.raises(TrialError, match="signal 6"):
        device_peak(machine, "tensorflow", "cpu", "bfloat16", tmp_path)


def test_beside_other_programs_no_process_is_started_to_measure_a_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def run_trial(*words: object) -> dict[str, float]:
        asked.append(words)
        return PEAK

    monkeypatch.setattr(device_use, "load_now", lambda watched_s: Load(30.0, 0.0))
    monkeypatch.setattr(device_use, "run_trial", run_trial)
    assert device_peak(MACHINE, "tensorflow", "cpu", "float32", tmp_path) is None
    assert not asked
    assert device_peak(MACHINE, "tensorflow", "gpu", "float32", tmp_path) == Peak(0.1, 5.0)
