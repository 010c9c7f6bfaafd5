"""What a sensor is to the monitor."""

from typing import Protocol


class Sensor(Protocol):
    """Reads some of the quantities of `ground.metrics`; what cannot be read is absent."""

    def read(self) -> dict[str, float]:
        """The quantities now, by metric name."""

    def energy_j(self) -> float | None:
        """Joules counted so far; None where no counter exists."""
