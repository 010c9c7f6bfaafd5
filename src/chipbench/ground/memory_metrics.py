"""The metrics of a GPU's memory, as the framework counts it; others take them from `metrics`."""

from chipbench.ground.metric import define as _metric

GPU_MEMORY_PEAK = _metric(
    "gpu_memory_peak_mib", "MiB", "highest memory of the first GPU that the framework had in use", 0
)
GPU_WORKING_SET = _metric(
    "gpu_working_set_mib", "MiB", "memory that Apple's GPU should use at most, as Metal says", 0
)

_BYTES_PER_MIB = 2**20


def in_use(peak_bytes: int | None) -> dict[str, float]:
    """The peak by its metric's name; nothing where none was counted."""
    return {GPU_MEMORY_PEAK: peak_bytes / _BYTES_PER_MIB} if peak_bytes else {}


def recommended(most_bytes: int | None) -> dict[str, float]:
    """The working set by its metric's name; nothing where it is not told."""
    return {GPU_WORKING_SET: most_bytes / _BYTES_PER_MIB} if most_bytes else {}
