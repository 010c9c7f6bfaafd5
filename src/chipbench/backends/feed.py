"""How examples reach `model.fit`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Feed:
    """What `model.fit` trains and validates on."""

    train: Mapping[str, Any]  # `fit`'s keywords
    validation: Any
    #: (model, seconds of a step) → share of the time that goes by waiting for a batch, in per
    #: cent; None where it cannot be told.
    wait_percent: Callable[[Any, float], float | None]
    #: The first training batch as the model takes it: float32 [n, height, width, 3].
    sample: Callable[[], np.ndarray[Any, Any]]
    rates: Mapping[str, float] = field(default_factory=dict)  # of the pipeline, by metric name
