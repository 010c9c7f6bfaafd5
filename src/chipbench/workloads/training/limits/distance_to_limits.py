"""How close a training came to its device's limits: measured after the timed work."""

from chipbench.backends import Loop, Task
from chipbench.backends.flops import flops_per_example
from chipbench.backends.memory_traffic import bytes_per_example
from chipbench.backends.trials.peak import COMPUTED_IN
from chipbench.ground import metrics
from chipbench.ground.cache import cache_folder
from chipbench.hardware.machine import Machine
from chipbench.measure.example_kinds import examples_of
from chipbench.workloads.training.limits.device_use import Peak, device_peak, use_of
from chipbench.workloads.training.limits.roofline import roofline_of


def peak_of(task: Task, machine: Machine) -> Peak | None:
    """The most that the task's device gives in its precision; see `device_peak`."""
    config, cache = task.config, cache_folder(task.config.cache_dir)
    dtype = COMPUTED_IN[config.precision]
    return device_peak(machine, config.backend.name, task.device.kind, dtype, cache)


def closeness(task: Task, loop: Loop, peak: Peak | None, speed: float) -> dict[str, float]:
    """FLOP/s achieved and possible, the ceiling, and the time spent waiting, by metric name.

    `speed`: examples per second, after the first epoch.
    """
    config = task.config
    flops = _counted(loop)
    values = use_of(peak, flops, speed, examples_of(config.dataset).megaflop)
    if flops is not None:
        share = config.batch_size // task.device.replicas
        values |= roofline_of(values, flops, bytes_per_example(loop.trained, share))
    wait: float | None = 0.0
    if loop.feed is not None:
        wait = loop.feed.wait_percent(loop.trained, config.batch_size / speed)
    return values if wait is None else values | {metrics.INPUT_WAIT: wait}


def _counted(loop: Loop) -> float | None:
    try:
        return flops_per_example(loop.trained)
    except NotImplementedError:  # a layer of the user's own model
        return None
