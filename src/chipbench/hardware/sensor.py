"""What a sensor is to the monitor."""

from collections.abc import Mapping
from typing import Protocol

# What a power is of: joules of unlike bases are never compared.
GPU_BOARD = "gpu_board"
APPLE_GPU = "apple_gpu"
APPLE_CPU = "apple_cpu"
APPLE_SOC = "apple_soc"  # processor, GPU and neural engine
CPU_PACKAGE = "cpu_package"


class Sensor(Protocol):
    """Reads some of the quantities of `ground.metrics`; what cannot be read is absent."""

    def read(self) -> dict[str, float]:
        """The quantities now, by metric name."""

    def counted_j(self) -> Mapping[str, float]:
        """Joules counted so far, by the metric name of their power; empty without a counter."""

    def bases(self) -> Mapping[str, str]:
        """What each power that it may read is of, by metric name."""
