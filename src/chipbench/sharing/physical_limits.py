"""What no machine does: numbers beyond the limits that the same file states, or beyond all."""

from collections.abc import Iterator

from chipbench.ground import metrics
from chipbench.ground.typed_json import whole_number
from chipbench.measure.recorded_run import RANKING_METRICS
from chipbench.measure.result import Result

#: A peak is measured beside what else runs, and not each way of computing a layer needs all of the
#: operations that are counted for it.
_ABOVE_PEAK = 1.25
#: Sampled sensors and clocks of two kinds.
_ABOVE_WHOLE = 1.01
#: An image has three colours of a byte at least, and is read once an epoch.
_BYTES_PER_PIXEL = 3
_MAY_BE_NEGATIVE = {
    metrics.WARMUP_TIME,
    metrics.EPOCH_DRIFT,
    metrics.LOSS,
    metrics.VAL_LOSS,
    metrics.NET_ENERGY,
    metrics.PSNR,
    metrics.SSIM,
    metrics.R2,
}
_MUST_BE_POSITIVE = RANKING_METRICS
#: What no machine has, however large: a rack of accelerators has less.
_MOST = {metrics.PEAK_TFLOPS: 1e5, metrics.ACHIEVED_TFLOPS: 1e5, metrics.MEMORY_BANDWIDTH: 1e6}
_MOST_W = 1e6
_OF_ALL = "percentage"
_SHARES_OF_ONE = (
    metrics.ACCURACY,
    metrics.VAL_ACCURACY,
    metrics.TRAINING_ERROR,
    metrics.VALIDATION_ERROR,
    metrics.TEST_ERROR,
    metrics.R2,
)
_PERCENT_OF_WHOLE = (
    metrics.CPU_UTILIZATION_MEAN,
    metrics.GPU_UTILIZATION_MEAN,
    metrics.CPU_IDLE_MEAN,
    metrics.INPUT_WAIT,
    metrics.OTHER_LOAD,
    metrics.OTHER_LOAD_BEFORE,
    metrics.CPU_STEAL,
    metrics.ENERGY_COVERED,
)


def beyond_limits(result: Result) -> Iterator[tuple[str, str]]:
    """Fields whose number no machine reaches, and what limits it."""
    for name, value in result.metrics.items():
        yield from _out_of_range(f"metrics.{name}", name, value)
    for name, column in result.series.items():
        for number in column:
            if number is not None:
                yield from _out_of_range(f"series.{name}", name, number)
    for name, column in result.utilisation.items():
        for number in column:
            if number is not None and not name.endswith("_celsius"):
                yield from _out_of_range(f"utilisation.{name}", name, number)
    yield from _beyond_peak(result)
    yield from _beyond_power(result)
    yield from _beyond_bandwidth(result)
    yield from _beyond_memory(result)


def _out_of_range(field: str, name: str, value: float) -> Iterator[tuple[str, str]]:
    if value < 0 and name not in _MAY_BE_NEGATIVE:
        yield field, f"it is {value:g}, below 0"
    if value == 0 and name in _MUST_BE_POSITIVE:
        yield field, "nothing takes no time"
    if name in _SHARES_OF_ONE and value > 1:
        yield field, f"it is {value:g}, and a share of 1"
    if value > _MOST.get(name, value):
        yield field, f"{value:,.6g} are beyond any machine's"
    if name == metrics.EPOCH_DRIFT and value < -100:
        yield field, f"it is {value:g}, and no epoch takes less than no time"
    if (name in _PERCENT_OF_WHOLE or name.endswith(_OF_ALL)) and value > 100 * _ABOVE_WHOLE:
        yield field, f"it is {value:g}, above 100 %"


def _beyond_peak(result: Result) -> Iterator[tuple[str, str]]:
    achieved = result.metrics.get(metrics.ACHIEVED_TFLOPS)
    peak = result.metrics.get(metrics.PEAK_TFLOPS)
    if achieved is not None and peak is not None and achieved > _ABOVE_PEAK * peak:
        yield (
            f"metrics.{metrics.ACHIEVED_TFLOPS}",
            f"{achieved:,.4g} TFLOP/s are beyond the device's peak of {peak:,.4g}",
        )


def _beyond_bandwidth(result: Result) -> Iterator[tuple[str, str]]:
    """Images that are computed from are read; features that are kept stand for them."""
    rate = result.metrics.get(metrics.STEADY_IMAGES_PER_SECOND)
    bandwidth = result.metrics.get(metrics.MEMORY_BANDWIDTH)
    size = whole_number(result.params.get("dataset.image_size", ""))
    kept = result.params.get("protocol.features_once") == "True"
    if rate is None or bandwidth is None or size is None or kept:
        return
    needed = rate * size**2 * _BYTES_PER_PIXEL / 1e9
    if needed > bandwidth:
        yield (
            f"metrics.{metrics.STEADY_IMAGES_PER_SECOND}",
            f"{rate:,.0f} images/s are {needed:,.1f} GB/s at least, beyond the memory's "
            f"bandwidth of {bandwidth:,.1f} GB/s",
        )


def _beyond_memory(result: Result) -> Iterator[tuple[str, str]]:
    there = result.hardware["memory_mib"]
    for name in (metrics.MEMORY_PEAK, metrics.PROCESS_MEMORY_PEAK):
        peak = result.metrics.get(name, 0.0)
        if peak > there * _ABOVE_WHOLE:
            yield f"metrics.{name}", f"{peak:,.0f} MiB of the machine's {there:,} MiB"


def _beyond_power(result: Result) -> Iterator[tuple[str, str]]:
    energy_j = result.metrics.get(metrics.ENERGY)
    times_s = [result.metrics.get(name) for name in (metrics.TOTAL_TIME, metrics.EXPORT_TIME)]
    time_s = next((one for one in times_s if one), None)
    if energy_j is not None and time_s is not None and energy_j > _MOST_W * time_s:
        yield f"metrics.{metrics.ENERGY}", f"{energy_j / time_s:,.3g} W are beyond any machine's"
