"""The optimizer that trains, as the back ends take it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ChosenOptimizer:
    """Which optimizer was asked for, which one trains, and why it is another."""

    requested: str
    used: str
    reason: str | None  # None if the requested one is used
    create: Mapping[str, Any]  # Hydra's `_target_` and its arguments
    device_check: str | None = None  # what was held against what; None: nothing
