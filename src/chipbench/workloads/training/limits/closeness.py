"""How close a training came to its device's limits: measured after the timed work."""

import hashlib
from collections.abc import Mapping

from omegaconf import DictConfig

from chipbench.backends.loop import Loop
from chipbench.backends.tensorflow.device import Device
from chipbench.backends.tensorflow.feed import batches_of
from chipbench.backends.tensorflow.flops import flops_per_image
from chipbench.backends.tensorflow.input_wait import input_wait_percent
from chipbench.ground import metrics
from chipbench.ground.cache import cache_folder, kept
from chipbench.hardware.machine import Machine
from chipbench.workloads.training.limits.share import device_peak, use_of

_COMPUTED_IN = {"float32": "float32", "mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


def closeness(
    loop: Loop,
    config: DictConfig,
    machine: Machine,
    device: Device,
    summary: Mapping[str, float],
) -> dict[str, float]:
    """FLOP/s achieved and possible, and the time spent waiting for input, by metric name."""
    model = loop.trained
    cache = cache_folder(config.cache_dir)
    peak = device_peak(machine, device.kind, _COMPUTED_IN[config.precision], cache)
    speed = summary[metrics.STEADY_IMAGES_PER_SECOND]
    digest = hashlib.sha256(model.to_json().encode()).hexdigest()
    request = {"model": digest, "batch_size": config.batch_size}

    def count() -> dict[str, float]:
        return {"flops_per_image": flops_per_image(model, config.batch_size)}

    flops = kept(cache / "flops", machine.setup, request, count)["flops_per_image"]
    values = use_of(peak, flops, speed)
    wait: float | None = 0.0
    if loop.inputs is not None and config.deterministic:
        wait = None  # TensorFlow then refuses pipelines that look at the clock
    elif loop.inputs is not None:
        batches, step_s = batches_of(loop.inputs, config.batch_size), config.batch_size / speed
        wait = input_wait_percent(model, batches, step_s, device.synchronize)
    return values if wait is None else values | {metrics.INPUT_WAIT: wait}
