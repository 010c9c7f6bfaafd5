"""A frozen Keras model's graph with other calls for its convolutions: PyTorch's and JAX's own.

A BatchNormalization behind a convolution becomes part of it: in inference it is a factor and a
summand per channel.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Call = Callable[..., Any]


@dataclass(frozen=True)
class Convolution:
    """Of images [n, height, width, in], equal on all sides."""

    kernel: Array  # float32 [height, width, in / groups, out]
    bias: Array  # float32 [out]
    strides: tuple[int, int]
    padding: tuple[int, int]  # pixels before and behind
    dilation: tuple[int, int]
    groups: int


class Folded:
    """Images [n, height, width, 3] → what the model makes of them in inference."""

    def __init__(self, model: Any, make: Callable[[Convolution], Call]) -> None:
        """`make`: the framework's call of a convolution."""
        self._model = model
        self._calls: dict[int, Call] = {}
        for layer, normalization in _convolutions(model):
            self._calls[id(layer)] = make(_folded(layer, normalization))
            if normalization is not None:
                self._calls[id(normalization)] = _same

    def __call__(self, images: Any) -> Any:
        """All other layers as Keras has them."""
        return self._run(self._model, images)

    def _run(self, model: Any, inputs: Any) -> Any:
        return _graph(model)._run_through_graph(inputs, operation_fn=self._call_of)

    def _call_of(self, operation: Any) -> Call:
        if hasattr(_graph(operation), "_run_through_graph"):
            return lambda inputs, **_: self._run(operation, inputs)
        call: Call = self._calls.get(id(operation), operation)
        return call


def is_foldable(model: Any) -> bool:
    """Whether the graph is known, and computes in float32 as the kernels here are."""
    layers = getattr(model, "layers", [])
    return hasattr(_graph(model), "_run_through_graph") and all(
        is_foldable(layer) if hasattr(layer, "layers") else _is_float32(layer) for layer in layers
    )


def _graph(model: Any) -> Any:
    """Of a Sequential model the Functional one that it is made to."""
    return getattr(model, "_functional", None) or model


def _is_float32(layer: Any) -> bool:
    return bool(layer.dtype_policy.compute_dtype == "float32")


def _convolutions(model: Any) -> Iterator[tuple[Any, Any | None]]:
    """The convolutions of a model, and of models within it, each with its BatchNormalization."""
    from keras import layers

    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _convolutions(layer)
        elif type(layer) in (layers.Conv2D, layers.DepthwiseConv2D) and _is_known(layer):
            yield layer, _normalization_of(layer)


def _is_known(layer: Any) -> bool:
    """Whether the padding is equal on all sides, and nothing else is done."""
    import keras

    symmetric = layer.padding == "valid" or (
        layer.padding == "same"
        and tuple(layer.strides) == (1, 1)
        and all(side % 2 for side in layer.kernel_size)
    )
    linear = layer.activation is keras.activations.linear
    return symmetric and linear and layer.data_format == "channels_last"


def _normalization_of(layer: Any) -> Any | None:
    """The BatchNormalization that alone reads the layer's output; None without one."""
    import keras

    readers = [node.operation for node in layer._outbound_nodes]
    if len(readers) != 1 or type(readers[0]) is not keras.layers.BatchNormalization:
        return None
    return readers[0]


def _folded(layer: Any, normalization: Any | None) -> Convolution:
    kernel, groups = _values(layer.kernel), getattr(layer, "groups", 1)
    if hasattr(layer, "depth_multiplier"):  # [height, width, in, multiplier]
        groups = kernel.shape[2]
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    bias = _values(layer.bias) if layer.use_bias else np.zeros(kernel.shape[3], "float32")
    if normalization is not None:
        scale, shift = _scale_and_shift(normalization)
        kernel, bias = kernel * scale, bias * scale + shift
    sides = layer.kernel_size if layer.padding == "same" else (1, 1)
    dilation = tuple(layer.dilation_rate)
    return Convolution(
        kernel=kernel,
        bias=bias,
        strides=tuple(layer.strides),
        padding=(dilation[0] * (sides[0] - 1) // 2, dilation[1] * (sides[1] - 1) // 2),
        dilation=(dilation[0], dilation[1]),
        groups=groups,
    )


def _scale_and_shift(normalization: Any) -> tuple[Array, Array]:
    mean, variance = _values(normalization.moving_mean), _values(normalization.moving_variance)
    scale = 1 / np.sqrt(variance + np.float32(normalization.epsilon))
    if normalization.scale:
        scale = scale * _values(normalization.gamma)
    shift = -mean * scale
    return scale, shift + _values(normalization.beta) if normalization.center else shift


def _values(variable: Any) -> Array:
    """Of a Keras variable of any back end, on the host."""
    from keras.ops import convert_to_numpy

    values: Array = convert_to_numpy(variable)
    return values


def _same(inputs: Any, **_: object) -> Any:
    return inputs
