"""What was read step by step, as columns with a bounded number of rows."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from chipbench.ground import metrics
from chipbench.measure.result import Columns
from chipbench.measure.sensor_sample import Reading

STEP, TIME = "step", "time_s"
#: Rows of a result: the epochs of a training are kept as they are up to this number.
MOST_STEPS = 1000
MOST_TIMES = 60

_OF_MACHINE = {
    metrics.CPU_UTILIZATION,
    metrics.MEMORY_USED_PERCENT,
    metrics.CPU_POWER,
    metrics.CHIP_POWER,
    metrics.CPU_TEMPERATURE,
}
_OF_GPU = (
    metrics.GPU_UTILIZATION,
    metrics.GPU_MEMORY_USED_PERCENT,
    metrics.GPU_POWER,
    metrics.GPU_TEMPERATURE,
    metrics.GPU_CLOCK,
)


def by_step(taken: Mapping[int, Mapping[str, float]]) -> Columns:
    """Metrics by step; of more steps than a result holds, every second, third, …"""
    steps = sorted(taken)[:: -(-len(taken) // MOST_STEPS) or 1]
    names = dict.fromkeys(name for step in steps for name in taken[step])
    columns = {name: [taken[step].get(name) for step in steps] for name in names}
    return {STEP: steps, **columns} if steps else {}


def by_time(readings: Sequence[Reading]) -> Columns:
    """What tells how a machine was used; neighbouring readings become their mean."""
    if not readings:
        return {}
    size = -(-len(readings) // MOST_TIMES)
    groups = [readings[first : first + size] for first in range(0, len(readings), size)]
    names = dict.fromkeys(n for r in readings for n in r.values if is_shown(n))
    columns = {name: [_mean(group, name) for group in groups] for name in names}
    return {TIME: [_short(fmean(r.time_s for r in group)) for group in groups], **columns}


def is_shown(name: str) -> bool:
    """Whether a series says how the machine was used, and not what else it holds or sends."""
    return name in _OF_MACHINE or (name.startswith("system/gpu_") and name.endswith(_OF_GPU))


def _mean(readings: Sequence[Reading], name: str) -> float | None:
    known = [reading.values[name] for reading in readings if name in reading.values]
    mean = fmean(known) if known else math.nan
    return _short(mean) if math.isfinite(mean) else None


def _short(value: float) -> float:
    """Sensors are no more exact."""
    return float(f"{value:.4g}")
