"""Joules of the device that computed, and of how much of the time they are: arithmetic alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chipbench.ground import metrics
from chipbench.measure.sensor_sample import Reading

#: Used by so much, no device draws nothing.
_BUSY_PERCENT = 5.0
#: Of the time: with less, joules are of a part of the work.
WHOLE_PERCENT = 99.0


@dataclass(frozen=True)
class Energy:
    """What was counted, and the time that it was counted over."""

    joules: float
    counted_s: float  # mean over the devices
    time_s: float

    @property
    def covered_percent(self) -> float:
        """The share of the time that the joules are of."""
        return 100 * self.counted_s / self.time_s if self.time_s > 0 else 100.0


def energy_of(readings: Sequence[Reading], powers: Sequence[str]) -> Energy | None:
    """The energy of all `powers`, by their counters or as their integral; None if none is known.

    A counter goes on where it was not read. Of a power that was not read, nothing is known until
    it is again: a gap is no energy, and no time.
    """
    if len(readings) < 2 or not powers:
        return None
    parts = [_of_one(readings, power) for power in powers]
    joules = sum(joules for joules, _ in parts)
    if joules <= 0:  # of a time of work: what counts it does not work
        return None
    counted_s = sum(seconds for _, seconds in parts) / len(parts)
    return Energy(joules, counted_s, readings[-1].time_s - readings[0].time_s)


def summary(
    before: Sequence[Reading], readings: Sequence[Reading], powers: Sequence[str]
) -> dict[str, float]:
    """The metrics of the work's energy, by name; `before` are the readings before it."""
    energy, idle = energy_of(readings, powers), energy_of(before, powers)
    values: dict[str, float] = {}
    if idle is not None and idle.counted_s > 0:
        values[metrics.IDLE_POWER] = idle.joules / idle.counted_s
    drawn = [sum(r.values[p] for p in powers) for r in readings if set(powers) <= r.values.keys()]
    if powers and drawn:
        values[metrics.POWER_PEAK] = max(drawn)
    if energy is not None:
        values[metrics.ENERGY] = energy.joules
        values[metrics.ENERGY_COVERED] = energy.covered_percent
        net = energy.joules - values.get(metrics.IDLE_POWER, energy.joules) * energy.counted_s
        if metrics.IDLE_POWER in values and net > 0:
            values[metrics.NET_ENERGY] = net
    return values


def per_thousand(values: Mapping[str, float], counted: Mapping[str, int]) -> dict[str, float]:
    """What 1,000 of each thing that was `counted` took, by metric name: net, of the whole time.

    Nothing where the joules are of a part of the time, or what the device draws anyway is unknown.
    """
    if metrics.NET_ENERGY not in values or values[metrics.ENERGY_COVERED] < WHOLE_PERCENT:
        return {}
    joules = values[metrics.NET_ENERGY]
    return {name: 1000 * joules / number for name, number in counted.items() if number > 0}


def without_false_zeros(values: Mapping[str, float]) -> dict[str, float]:
    """`values` without the powers of nothing that a busy device is said to draw."""
    return {name: value for name, value in values.items() if value > 0 or _may_be(name, values)}


def _may_be(name: str, values: Mapping[str, float]) -> bool:
    """Whether this quantity may be 0 now."""
    if not name.endswith("power_usage_watts"):
        return True
    use = metrics.CPU_UTILIZATION
    if name.endswith(f"_{metrics.GPU_POWER}") and name.startswith("system/gpu_"):
        use = name.removesuffix(metrics.GPU_POWER) + metrics.GPU_UTILIZATION
    return values[name] == 0 and values.get(use, 100.0) < _BUSY_PERCENT


def _of_one(readings: Sequence[Reading], power: str) -> tuple[float, float]:
    """Joules and seconds of one device, by whichever tells of more of the time."""
    ways = (_steps(readings, power), _areas(readings, power))
    sums = [(sum(j for j, _ in way), sum(s for _, s in way)) for way in map(list, ways)]
    return max(sums, key=lambda found: (found[0] > 0, found[1]))


def _steps(readings: Sequence[Reading], power: str) -> Iterator[tuple[float, float]]:
    """What a counter rose by, from each reading of it to the next; one that falls began anew."""
    points = [(r.time_s, r.counted_j[power]) for r in readings if power in r.counted_j]
    for (since_s, since_j), (time_s, counted_j) in pairwise(points):
        if counted_j >= since_j:
            yield counted_j - since_j, time_s - since_s


def _areas(readings: Sequence[Reading], power: str) -> Iterator[tuple[float, float]]:
    """Trapezia between readings of a power that follow each other."""
    for before, after in pairwise(readings):
        if power in before.values and power in after.values:
            length_s = after.time_s - before.time_s
            yield length_s * (before.values[power] + after.values[power]) / 2, length_s
