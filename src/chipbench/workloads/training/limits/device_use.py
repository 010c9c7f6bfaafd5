"""How close a training came to what its device can do, and whether input or device held it up."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

from chipbench.ground import metrics
from chipbench.ground.cache import Answer, kept
from chipbench.ground.processes import run_trial
from chipbench.ground.typed_json import typed
from chipbench.hardware import load_now
from chipbench.hardware.computing_device import CPU
from chipbench.hardware.machine import Machine
from chipbench.terminal.messages import announce

_TIMEOUT_S = 120.0
#: Of a core's time that the measurement must get; with less, other programs were measured too.
_UNDISTURBED = 0.85
_WATCHED_S = 0.6
_BEYOND_ALL = 1e6  # TFLOP/s, and GB/s
#: Shares of the training time spent waiting for input, in per cent, from which TensorFlow's own
#: profiler calls a program moderately, and highly, input-bound (its input-pipeline analyzer).
_PARTLY_INPUT_BOUND, _INPUT_BOUND = 5.0, 20.0


@dataclass(frozen=True)
class Peak:
    """What a device gave at most: a large matrix product, and a sum of large arrays."""

    tflops: float
    memory_bandwidth_gb_per_s: float


@dataclass(frozen=True)
class _Measured:
    """The trial's answer, as it is kept."""

    tflops: float
    gigabytes_per_s: float
    processor_share: float

    def __post_init__(self) -> None:
        """Raises ValueError for what no device gives."""
        if not all(0 < value < _BEYOND_ALL for value in astuple(self)):
            raise ValueError("no device gives that")


class DisturbedError(Exception):
    """Other programs used the device while its peak was measured."""


def device_peak(
    machine: Machine, backend: str, device: str, dtype: str, cache_dir: Path
) -> Peak | None:
    """The peak that a back end gets from the device, measured once per device and software.

    None if other programs used the processor meanwhile. Raises TrialError.
    """
    request = {"backend": backend, "device": device, "dtype": dtype}
    return _peak(machine, request, cache_dir, lambda: _measured(request))


def is_known(machine: Machine, backend: str, device: str, dtype: str, cache_dir: Path) -> bool:
    """Whether `device_peak` would measure nothing."""
    request = {"backend": backend, "device": device, "dtype": dtype}
    return _peak(machine, request, cache_dir, _not_asked) is not None


def keep_peak(
    machine: Machine, backend: str, device: str, dtype: str, cache_dir: Path, answer: Answer
) -> None:
    """Keep for `device_peak` what another trial has measured besides."""
    request = {"backend": backend, "device": device, "dtype": dtype}
    _peak(machine, request, cache_dir, lambda: _undisturbed(answer))


def _measured(request: Mapping[str, str]) -> Answer:
    """Not beside other programs, which the time to start the framework would show in vain."""
    load = load_now(_WATCHED_S) if request["device"] == CPU else None
    if load is not None and load.others_percent > 100 * (1 - _UNDISTURBED):
        raise DisturbedError
    announce("measuring the device's peak, once for this software")
    return _undisturbed(run_trial("chipbench.backends.trials.peak", request, _TIMEOUT_S))


def _undisturbed(answer: Answer) -> Answer:
    if answer["processor_share"] < _UNDISTURBED:
        raise DisturbedError
    return answer


def _not_asked() -> Answer:
    raise DisturbedError


def _peak(
    machine: Machine, request: Mapping[str, str], cache_dir: Path, ask: Callable[[], Answer]
) -> Peak | None:
    try:
        check = partial(typed, _Measured)
        answer = kept(cache_dir / "device_peaks", machine.setup, request, ask, check)
    except DisturbedError:
        return None
    return Peak(answer["tflops"], answer["gigabytes_per_s"])


def use_of(
    peak: Peak | None, flops: float | None, per_second: float | None, megaflop: str
) -> dict[str, float]:
    """Achieved and peak TFLOP/s and their ratio, by metric name; the unknown is absent.

    `flops`: of a training step on one example, of which there are so many `per_second`; `megaflop`
    is their metric.
    """
    values: dict[str, float] = {}
    if peak is not None:
        values[metrics.PEAK_TFLOPS] = peak.tflops
        values[metrics.MEMORY_BANDWIDTH] = peak.memory_bandwidth_gb_per_s
    if flops is not None:
        values[megaflop] = flops / 1e6
        if per_second is not None:
            values[metrics.ACHIEVED_TFLOPS] = flops * per_second / 1e12
    if metrics.ACHIEVED_TFLOPS in values and peak is not None:
        share = values[metrics.ACHIEVED_TFLOPS] / peak.tflops
        values[metrics.FLOPS_UTILIZATION] = 100 * share
    return values


def limited_by(values: Mapping[str, float]) -> str | None:
    """Whether "input" or "device" held the training up; None where the wait is not known."""
    wait = values.get(metrics.INPUT_WAIT)
    if wait is None:
        return None
    if wait > _INPUT_BOUND:
        return "input"
    return "device, and input in part" if wait > _PARTLY_INPUT_BOUND else "device"
