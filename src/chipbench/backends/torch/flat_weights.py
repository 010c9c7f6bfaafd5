"""All weights of a plain model in one piece of memory, so that an optimizer sees one array."""

import math
from typing import Any

import torch
from torch import Tensor

from chipbench.backends.torch.keras_to_torch import Plain, Weight


class Flat:
    """A copy of the weights that trains; `take` and `give` exchange it with the Keras model."""

    def __init__(self, form: Plain, place: str) -> None:
        self._weights = form.weights
        self._sizes = [math.prod(weight.variable.shape) for weight in form.weights]
        self.values = torch.zeros(sum(self._sizes), device=place)
        #: What the model computes with, and gradients are asked for.
        self.leaves = [leaf.requires_grad_() for leaf in self.parts(self.values)]

    def parts(self, whole: Tensor) -> list[Tensor]:
        """An array like `values` cut up, each part as PyTorch sees that weight."""
        cut = torch.split(whole.detach(), self._sizes)
        return [_stored(p, w).permute(w.seen) for p, w in zip(cut, self._weights, strict=True)]

    def joined(self, parts: tuple[Tensor, ...]) -> Tensor:
        """The reverse: of gradients, for the optimizer."""
        return torch.cat(
            [
                part.permute(_reverse(weight.seen)).reshape(-1)
                for part, weight in zip(parts, self._weights, strict=True)
            ]
        )

    def take(self) -> None:
        """The Keras model's weights."""
        with torch.no_grad():
            for part, weight in zip(self.parts(self.values), self._weights, strict=True):
                part.copy_(weight.variable.value.permute(weight.stored).permute(weight.seen))

    def give(self, whole: Tensor, variables: list[Any]) -> None:
        """Write an array like `values` into Keras' variables, as many as weights."""
        cut = torch.split(whole.detach(), self._sizes)
        for part, weight, variable in zip(cut, self._weights, variables, strict=True):
            variable.assign(_stored(part, weight).permute(_reverse(weight.stored)))


def _stored(part: Tensor, weight: Weight) -> Tensor:
    return part.view([weight.variable.shape[axis] for axis in weight.stored])


def _reverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(order.index(axis) for axis in range(len(order)))
