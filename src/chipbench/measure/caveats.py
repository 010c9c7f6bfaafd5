"""Why a run's times may not be the machine's own: what a reader must know before trusting them."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from chipbench.ground import metrics
from chipbench.ground.finding import Finding
from chipbench.hardware.machine import Machine
from chipbench.hardware.other_load import Load
from chipbench.measure.drift import STEADY_PERCENT, deviation_percent, drift_of, step_of
from chipbench.measure.sensor_sample import Reading

#: An idle desktop uses one or two per cent of its cores.
_IDLE_PERCENT = 5.0
_STOLEN_PERCENT = 2.0
#: Above the median by so much is no scatter: the program waited for something.
_STALLED = 1.5
_SWAP_GROWTH_MIB = 256.0


def of_machine(machine: Machine) -> Iterable[Finding]:
    """What the machine itself gives reason to doubt."""
    return filter(None, (of_power(machine), of_low_power(machine), of_governor(machine)))


def of_power(machine: Machine) -> Finding | None:
    """Laptops on battery run slower."""
    if machine.power_source != "battery":
        return None
    return Finding("on battery power", "plug it in")


def of_low_power(machine: Machine) -> Finding | None:
    """macOS then lowers its clocks, on mains power as well where it is set so."""
    if not machine.low_power_mode:
        return None
    return Finding("in low-power mode", "set Low Power Mode to Never in macOS' battery settings")


def of_governor(machine: Machine) -> Finding | None:
    """Linux' other governors let the clock wait for the load, so that times scatter."""
    governor = machine.cpu_governor
    if governor in (None, "performance"):
        return None
    return Finding(f"the CPU governor is {governor}", "`cpupower frequency-set -g performance`")


def of_load(load: Load | None, when: str) -> Iterable[Finding]:
    """What else used the processor; `when` is such as "before the work"."""
    if load is None:
        return
    if load.others_percent > _IDLE_PERCENT:
        used = f"{load.others_percent:.0f} % of the CPU"
        yield Finding(f"not idle: other programs used {used} {when}")
    if (load.stolen_percent or 0.0) > _STOLEN_PERCENT:
        yield Finding(
            f"not idle: the virtual machine's host gave {load.stolen_percent:.0f} % of the CPU "
            f"to others {when}"
        )


def of_times(times_s: Sequence[float], readings: Sequence[Reading]) -> Iterable[Finding]:
    """Whether the times of equal work (epochs after the first) grew, or differ too much."""
    slowed = _slowing(times_s)
    if slowed is not None:
        seen = ", ".join(_throttling(readings))
        yield Finding(slowed + (f": {seen}" if seen else ""))
    off = deviation_percent(times_s)
    if off is not None and off > STEADY_PERCENT:
        yield Finding(
            f"not steady: half of the epochs differ from their median by {off:.0f} % or more"
        )
    if off is not None and max(times_s) > _STALLED * median(times_s):
        longest = max(times_s) / median(times_s)
        yield Finding(f"an epoch stalled: the longest took {longest:.1f} times their median")


def _slowing(times_s: Sequence[float]) -> str | None:
    """How the times of the epochs after the first grew: steadily, or at one point."""
    drift, step = drift_of(times_s), step_of(times_s)
    if drift is not None and drift.significant and drift.percent > STEADY_PERCENT:
        chance = f"(p = {drift.p_value:.3f})"
        return f"it slowed down by {drift.percent:.0f} % from the first epoch to the last {chance}"
    if step is None or not step.is_told:
        return None
    chance = f"(p = {step.p_value:.3f})"
    return f"it slowed down by {step.percent:.0f} % after epoch {step.after + 1} {chance}"


def of_memory(summary: Mapping[str, float]) -> Iterable[Finding]:
    """Whether memory ran short."""
    grown = summary.get(metrics.SWAP_GROWTH, 0.0)
    if grown > _SWAP_GROWTH_MIB:
        yield Finding(
            f"swap grew by {grown:,.0f} MiB: memory was short and the times are the disk's",
            "use a smaller batch_size",
        )


def _throttling(readings: Sequence[Reading]) -> Iterable[str]:
    """Temperatures and clocks in the first and the last third, as far as they were read."""
    third = len(readings) // 3
    if not third:
        return
    for name in sorted({name for reading in readings for name in reading.values}):
        for ending, unit in ((metrics.GPU_CLOCK, "MHz"), ("temperature_celsius", "°C")):
            if name.endswith(ending):
                first, last = (
                    [r.values[name] for r in part if name in r.values]
                    for part in (readings[:third], readings[-third:])
                )
                if first and last:
                    label = name.removeprefix("system/").removesuffix(f"_{ending}")
                    yield f"{label} {fmean(first):,.0f} to {fmean(last):,.0f} {unit}"
