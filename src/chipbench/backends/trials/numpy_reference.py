"""What a layer's reference is, and the activations, in NumPy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from scipy.special import erf

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


def gelu(x: Array) -> Array:
    """x times the share of a normal distribution below it (Hendrycks and Gimpel, 2016)."""
    made: Array = x * (1 + erf(x / np.sqrt(2))) / 2
    return made


ACTIVATIONS: dict[Any, Callable[[Array], Array]] = {
    keras.activations.linear: lambda x: x,
    keras.activations.relu: lambda x: np.maximum(x, 0),
    keras.activations.sigmoid: sigmoid,
    keras.activations.silu: lambda x: x * sigmoid(x),
    keras.activations.gelu: gelu,
    keras.activations.tanh: np.tanh,
    keras.activations.softmax: softmax,
}
