"""The roofline: what peak and memory together allow (Williams, Waterman and Patterson, 2009).

With so many operations for each byte that is moved, the memory's bandwidth feeds so many a second;
more than the peak no bandwidth gives. The bytes are a lower bound, see `bytes_per_example`.
"""

from collections.abc import Mapping

from chipbench.ground import metrics

MEMORY, COMPUTE = "memory", "compute"


def roofline_of(use: Mapping[str, float], flops: float, moved_bytes: float) -> dict[str, float]:
    """Operations per byte, the ceiling, and how much of it was achieved; the unknown is absent.

    `use`: peak, bandwidth and what was achieved, by metric name; `flops` and `moved_bytes` are of a
    training step on one example.
    """
    if not moved_bytes:
        return {}
    intensity = flops / moved_bytes
    values = {metrics.INTENSITY: intensity}
    if metrics.PEAK_TFLOPS in use:
        ceiling = min(use[metrics.PEAK_TFLOPS], intensity * use[metrics.MEMORY_BANDWIDTH] / 1e3)
        values[metrics.ROOFLINE_TFLOPS] = ceiling
        if metrics.ACHIEVED_TFLOPS in use:
            values[metrics.ROOFLINE_PERCENT] = 100 * use[metrics.ACHIEVED_TFLOPS] / ceiling
    return values


def binding(values: Mapping[str, float]) -> str | None:
    """Which of the two the ceiling is of; None without one."""
    if metrics.ROOFLINE_TFLOPS not in values:
        return None
    return MEMORY if values[metrics.ROOFLINE_TFLOPS] < values[metrics.PEAK_TFLOPS] else COMPUTE
