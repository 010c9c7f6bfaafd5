"""What the layers of Keras compute, in NumPy and float64: no framework, no device, no kernel.

Inputs lie as Keras has them, [n, height, width, channels] or [n, length, channels]. A layer, a
setting or an activation that is not known here has no reference.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import layers
from numpy.lib.stride_tricks import sliding_window_view

from chipbench.backends.trials.numpy_reference import ACTIVATIONS, Array, Computed, Weights
from chipbench.backends.trials.numpy_sequence_layers import SEQUENCE_KINDS


def reference(layer: Any, training: bool) -> Computed | None:
    """What `layer` computes; None where that is not known."""
    for kind, make in _KINDS.items():
        if isinstance(layer, kind):
            return make(layer, training)
    return None


def _convolution(layer: Any, _training: bool) -> Computed | None:
    activate = ACTIVATIONS.get(layer.activation)
    if activate is None or layer.groups != 1 or not _usual(layer):
        return None

    def compute(inputs: Sequence[Array], weights: Weights) -> Array:
        kernel = weights["kernel"]
        parts = _windows(inputs[0], kernel.shape[:2], layer, 0.0)
        made = np.einsum("nhwcij,ijcf->nhwf", parts, kernel, optimize=True)
        return activate(made + weights.get("bias", 0.0))

    return compute


def _depthwise(layer: Any, _training: bool) -> Computed | None:
    activate = ACTIVATIONS.get(layer.activation)
    if activate is None or not _usual(layer):
        return None

    def compute(inputs: Sequence[Array], weights: Weights) -> Array:
        kernel = weights["kernel"]
        parts = _windows(inputs[0], kernel.shape[:2], layer, 0.0)
        made = np.einsum("nhwcij,ijcm->nhwcm", parts, kernel, optimize=True)
        return activate(made.reshape(*made.shape[:3], -1) + weights.get("bias", 0.0))

    return compute


def _dense(layer: Any, _training: bool) -> Computed | None:
    activate = ACTIVATIONS.get(layer.activation)
    if activate is None:
        return None
    return lambda inputs, weights: activate(
        inputs[0] @ weights["kernel"] + weights.get("bias", 0.0)
    )


def _normalization(layer: Any, training: bool) -> Computed | None:
    """With the batch's own moments where it trains."""
    if layer.axis not in (-1, 3):
        return None

    def compute(inputs: Sequence[Array], weights: Weights) -> Array:
        (x,) = inputs
        axes = tuple(range(x.ndim - 1))
        mean = x.mean(axes) if training else weights["moving_mean"]
        variance = x.var(axes) if training else weights["moving_variance"]
        unit = (x - mean) / np.sqrt(variance + layer.epsilon)
        scaled: Array = unit * weights.get("gamma", 1.0) + weights.get("beta", 0.0)
        return scaled

    return compute


def _largest(layer: Any, _training: bool) -> Computed | None:
    if not _usual(layer):
        return None
    return lambda inputs, _: _windows(inputs[0], layer.pool_size, layer, -np.inf).max((-2, -1))


def _average(layer: Any, _training: bool) -> Computed | None:
    """What lies beyond the edge does not count."""
    if not _usual(layer):
        return None
    return lambda inputs, _: np.nanmean(
        _windows(inputs[0], layer.pool_size, layer, np.nan), (-2, -1)
    )


def _mean(layer: Any, _training: bool) -> Computed | None:
    """Over all places of an image or a sequence."""
    keep = layer.keepdims
    if not _usual(layer):
        return None
    return lambda inputs, _: inputs[0].mean(tuple(range(1, inputs[0].ndim - 1)), keepdims=keep)


def _activation(layer: Any, _training: bool) -> Computed | None:
    activate = ACTIVATIONS.get(layer.activation)
    return None if activate is None else lambda inputs, _: activate(inputs[0])


def _rectified(layer: Any, _training: bool) -> Computed | None:
    ceiling = np.inf if layer.max_value is None else layer.max_value
    if layer.negative_slope or layer.threshold:
        return None
    return lambda inputs, _: np.clip(inputs[0], 0, ceiling)


def _sum(_layer: Any, _training: bool) -> Computed | None:
    return lambda inputs, _: np.sum(inputs, axis=0)


def _product(_layer: Any, _training: bool) -> Computed | None:
    """The second may have one value for a whole channel."""
    return lambda inputs, _: inputs[0] * inputs[1]


def _usual(layer: Any) -> bool:
    return bool(layer.data_format == "channels_last")


def _windows(x: Array, size: Sequence[int], layer: Any, beyond: float) -> Array:
    """The values under a window at each of its places: [n, height, width, channels, i, j].

    `beyond`: the value outside the image, where padding is "same".
    """
    strides = layer.strides
    dilation = getattr(layer, "dilation_rate", (1, 1))
    reach = [(s - 1) * d + 1 for s, d in zip(size, dilation, strict=True)]
    if layer.padding == "same":
        missing = [
            max((-(-n // step) - 1) * step + r - n, 0)
            for n, step, r in zip(x.shape[1:3], strides, reach, strict=True)
        ]
        sides = [(m // 2, m - m // 2) for m in missing]
        x = np.pad(x, [(0, 0), *sides, (0, 0)], constant_values=beyond)
    view: Any = sliding_window_view  # NumPy's versions type it differently
    windows = view(x, tuple(reach), (1, 2))
    taken: Array = windows[:, :: strides[0], :: strides[1], :, :: dilation[0], :: dilation[1]]
    return taken


_KINDS: dict[type, Callable[[Any, bool], Computed | None]] = {
    layers.Conv2D: _convolution,
    layers.DepthwiseConv2D: _depthwise,
    layers.Dense: _dense,
    layers.BatchNormalization: _normalization,
    layers.MaxPooling2D: _largest,
    layers.AveragePooling2D: _average,
    layers.GlobalAveragePooling2D: _mean,
    layers.GlobalAveragePooling1D: _mean,
    **SEQUENCE_KINDS,
    layers.Activation: _activation,
    layers.ReLU: _rectified,
    layers.Add: _sum,
    layers.Multiply: _product,
}
