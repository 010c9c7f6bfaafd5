"""What a step computed, kept in variables: Keras' own steps hand out only the loss.

Variables are the one thing that a compiled step of every back end gives back.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

Array = np.ndarray[Any, Any]


class Shift(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type information
    """Adds zeros that can be trained: their gradient is that of what goes through."""

    def __init__(self) -> None:
        super().__init__()
        self.shift: Any = None

    def build(self, shape: Sequence[int]) -> None:
        """The zeros have the shape of a whole batch."""
        self.shift = self.add_weight(shape=shape, initializer="zeros", name="shift")

    def call(self, values: Any) -> Any:
        """The values as they are."""
        return values + self.shift


class Kept(keras.layers.Layer):  # type: ignore[misc]  # Keras has no type information
    """Keeps what goes through it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: Any = None

    def build(self, shape: Sequence[int]) -> None:
        """Room for a whole batch."""
        self.kept = self.add_weight(
            shape=shape, initializer="zeros", trainable=False, dtype="float32", autocast=False
        )

    def call(self, values: Any) -> Any:
        """The values as they are."""
        self.kept.assign(keras.ops.cast(values, "float32"))
        return values


class Recorder:
    """Keeps the gradients that an optimizer is given in a step."""

    def __init__(self, optimizer: Any, variables: Sequence[Any]) -> None:
        """`variables`: those that it trains."""
        optimizer.build(variables)
        self._kept = [
            optimizer.add_variable_from_reference(variable, name="recorded")
            for variable in variables
        ]
        self._apply = optimizer.apply
        optimizer.apply = self._record

    def gradients(self) -> list[Array]:
        """Of the last step, float64, in the order of the variables."""
        return [values_of(variable) for variable in self._kept]

    def _record(self, grads: Sequence[Any], trainable_variables: Any = None) -> Any:
        """In the place of Keras' own `apply`, whose parameters are called so."""
        for variable, gradient in zip(self._kept, grads, strict=True):
            kept = keras.ops.zeros_like(variable) if gradient is None else gradient
            variable.assign(keras.ops.cast(kept, variable.dtype))
        return self._apply(grads, trainable_variables)


def called(weight: Any) -> str:
    """A weight by its layer and its own name, whatever its model is called."""
    return "/".join(weight.path.split("/")[-2:])


def values_of(variable: Any) -> Array:
    """A variable's values, float64."""
    return np.asarray(keras.ops.convert_to_numpy(variable), "float64")


def own_name(weight: Any, layer: Any) -> str:
    """A weight as its layer has it: `kernel`, or `query/kernel` of a layer within the layer."""
    return str(weight.path).rpartition(f"{layer.name}/")[2]
