"""What a layer's reference is, and the activations, in NumPy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np

Array = np.ndarray[Any, Any]
#: By name.
Weights = Mapping[str, Array]
#: Inputs and weights → output.
Computed = Callable[[Sequence[Array], Weights], Array]


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    made: Array = 1 / (1 + np.exp(-x))
    return made


def softmax(x: Array) -> Array:
    """Of the last axis."""
    raised = np.exp(x - x.max(-1, keepdims=True))
    made: Array = raised / raised.sum(-1, keepdims=True)
    return made


ACTIVATIONS: dict[Any, Callable[[Array], Array]] = {
    keras.activations.linear: lambda x: x,
    keras.activations.relu: lambda x: np.maximum(x, 0),
    keras.activations.sigmoid: sigmoid,
    keras.activations.silu: lambda x: x * sigmoid(x),
    keras.activations.tanh: np.tanh,
    keras.activations.softmax: softmax,
}
