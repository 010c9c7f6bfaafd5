"""How examples reach `model.fit`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from omegaconf import DictConfig

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Feed:
    """What `model.fit` trains and validates on."""

    train: Mapping[str, Any]  # `fit`'s keywords
    validation: Any
    #: (model, seconds of a step) → share of the time that goes by waiting for a batch, in per
    #: cent; None where it cannot be told.
    wait_percent: Callable[[Any, float], float | None]
    #: The first training batch as the model takes it: see `as_taken`.
    sample: Callable[[], Array]
    rates: Mapping[str, float] = field(default_factory=dict)  # of the pipeline, by metric name


def as_taken(stored: Array, config: DictConfig) -> Array:
    """Stored examples as the model takes them.

    Pixels uint8 [n, height, width, 3] become float32 over the model's scale; tokens int32
    [n, length] are taken as they are.
    """
    scale = config.model.get("pixel_scale")
    return stored if scale is None else stored / np.float32(scale)
