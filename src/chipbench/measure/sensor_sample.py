"""One sample of all sensors."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reading:
    """What the sensors said at one time; what one of them did not say is absent."""

    time_s: float  # since the monitor started
    unix_time_ms: int
    values: Mapping[str, float]  # by metric name
    counted_j: Mapping[str, float] = field(default_factory=dict)  # by the metric name of the power
