"""The optimizers' updates on all weights at once, as Keras makes them on each.

Their numbers lie on the device: a step asks the host for nothing, so that a CUDA graph can hold it.
PyTorch's own Adam adds its epsilon elsewhere than Keras, which moves the losses by 4e-4 in ten
steps.
"""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor

#: What Keras does besides, where it is asked to: each changes the update.
_MORE = (
    "clipnorm",
    "clipvalue",
    "global_clipnorm",
    "weight_decay",
    "use_ema",
    "loss_scale_factor",
    "gradient_accumulation_steps",
    "amsgrad",
)


class Rule(Protocol):
    """One optimizer."""

    state: dict[str, Tensor]
    """What it keeps of each weight, by the name of Keras' attribute."""

    steps: Tensor
    """How many there were, float32 []."""

    def update(self, weights: Tensor, gradient: Tensor) -> None:
        """Change the weights [all of them] in place."""


def rule_of(optimizer: Any, weights: Tensor) -> Rule | None:
    """The rule of a Keras optimizer for `weights`; None where it is not known."""
    import keras

    known: dict[str, Callable[[Any, Tensor], Rule]] = {"Adam": Adam, "SGD": Sgd}
    kind = type(optimizer)  # Keras puts one of its back end's in the place of the named one
    make = known.get(kind.__name__) if kind.__module__.startswith("keras.") else None
    scheduled = isinstance(
        getattr(optimizer, "_learning_rate", None),
        keras.optimizers.schedules.LearningRateSchedule,
    )
    if make is None or scheduled or any(getattr(optimizer, name, None) for name in _MORE):
        return None
    return make(optimizer, weights)


class Adam:
    """Kingma and Ba, 2014, with epsilon before the bias is taken out."""

    def __init__(self, optimizer: Any, weights: Tensor) -> None:
        self._rate = float(optimizer.learning_rate)
        self._betas = float(optimizer.beta_1), float(optimizer.beta_2)
        self._epsilon = float(optimizer.epsilon)
        self.steps = torch.zeros((), device=weights.device)
        first, second = torch.zeros_like(weights), torch.zeros_like(weights)
        self.state = {"_momentums": first, "_velocities": second}

    def update(self, weights: Tensor, gradient: Tensor) -> None:
        """In eight passes over the weights."""
        (beta_1, beta_2), (first, second) = self._betas, self.state.values()
        self.steps += 1
        unbiased = (1 - beta_2**self.steps).sqrt() / (1 - beta_1**self.steps)
        first.lerp_(gradient, 1 - beta_1)
        second.mul_(beta_2).addcmul_(gradient, gradient, value=1 - beta_2)
        weights.sub_(first / (second.sqrt() + self._epsilon) * (self._rate * unbiased))


class Sgd:
    """Plain, with momentum, or Nesterov's."""

    def __init__(self, optimizer: Any, weights: Tensor) -> None:
        self._rate = float(optimizer.learning_rate)
        self._momentum = float(optimizer.momentum)
        self._nesterov = bool(optimizer.nesterov)
        self.steps = torch.zeros((), device=weights.device)
        self.state = {"momentums": torch.zeros_like(weights)} if self._momentum else {}

    def update(self, weights: Tensor, gradient: Tensor) -> None:
        """As Keras writes it: the momentum holds steps, not gradients."""
        self.steps += 1
        if not self.state:
            weights.sub_(gradient, alpha=self._rate)
            return
        (momentum,) = self.state.values()
        momentum.mul_(self._momentum).sub_(gradient, alpha=self._rate)
        if self._nesterov:
            weights.add_(momentum, alpha=self._momentum).sub_(gradient, alpha=self._rate)
        else:
            weights.add_(momentum)
