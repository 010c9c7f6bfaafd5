"""The epochs of a training run, and their summary: arithmetic alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from chipbench.ground import metrics
from chipbench.measure.example_kinds import IMAGES, Examples


@dataclass(frozen=True)
class Epoch:
    """One epoch as measured."""

    number: int  # from 1
    epoch_time_s: float  # training part
    validation_time_s: float
    examples: int  # training images or sequences seen
    loss: float
    accuracy: float  # share of 1
    val_loss: float
    val_accuracy: float  # share of 1

    @classmethod
    def of(
        cls,
        number: int,
        times_s: tuple[float, float],
        examples: int,
        trained: tuple[float, float],
        validated: tuple[float, float],
    ) -> "Epoch":
        """Epoch `number`: training and validation, each its seconds, and its loss and accuracy."""
        return cls(number, *times_s, examples, *trained, *validated)

    @property
    def examples_per_second(self) -> float:
        """Training examples per second of the training part."""
        return self.examples / self.epoch_time_s

    @property
    def total_time_s(self) -> float:
        """Training and validation."""
        return self.epoch_time_s + self.validation_time_s

    def values(self, of: Examples = IMAGES) -> dict[str, float]:
        """This epoch's metrics by name; a value that is not finite is absent."""
        values = {
            metrics.EPOCH_TIME: self.epoch_time_s,
            metrics.VALIDATION_TIME: self.validation_time_s,
            **of.rates(self.examples_per_second),
            metrics.LOSS: self.loss,
            metrics.ACCURACY: self.accuracy,
            metrics.VAL_LOSS: self.val_loss,
            metrics.VAL_ACCURACY: self.val_accuracy,
        }
        return {name: value for name, value in values.items() if math.isfinite(value)}


def summary(
    epochs: Sequence[Epoch], target_accuracy: float | None = None, of: Examples = IMAGES
) -> dict[str, float]:
    """The summary metrics of `epochs`, by name; what a single epoch cannot tell is absent."""
    if not epochs:
        return {}
    total = sum(epoch.total_time_s for epoch in epochs)
    values = {metrics.TOTAL_TIME: total, metrics.TIME_PER_EPOCH: total / len(epochs)}
    steady = epochs[1:]
    if steady:
        steady_time = median(epoch.epoch_time_s for epoch in steady)
        values[metrics.STEADY_EPOCH_TIME] = steady_time
        values[metrics.WARMUP_TIME] = epochs[0].epoch_time_s - steady_time
        values |= of.steady_rates(median(epoch.examples_per_second for epoch in steady))
    reached = None if target_accuracy is None else time_to(target_accuracy, epochs)
    if reached is not None:
        values[metrics.TIME_TO_TARGET] = reached
    return values


def time_to(target_accuracy: float, epochs: Sequence[Epoch]) -> float | None:
    """Seconds until `val_accuracy` first reached the target; None if it never did."""
    elapsed = 0.0
    for epoch in epochs:
        elapsed += epoch.total_time_s
        if epoch.val_accuracy >= target_accuracy:
            return elapsed
    return None
