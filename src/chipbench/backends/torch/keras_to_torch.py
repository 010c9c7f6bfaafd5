"""A Keras model as plain PyTorch on weights of its own: without Keras' work between the layers.

Images lie as Keras has them, [n, height, width, channels]: to PyTorch that is the memory format
`channels_last`, in which its convolutions are fast, and its kernels are kept in it too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.nn import functional

Weights = Sequence[Tensor]
Step = Callable[[Tensor, Weights], Tensor]


@dataclass(frozen=True)
class Weight:
    """A weight of the model, and how PyTorch has it."""

    variable: Any  # Keras'
    stored: tuple[int, ...]  # order of Keras' axes in memory
    seen: tuple[int, ...]  # order of those axes in PyTorch's eyes


@dataclass(frozen=True)
class Plain:
    """A model up to its softmax."""

    weights: tuple[Weight, ...]  # all that the layers have, in their order
    steps: tuple[Step, ...]
    pictures: bool  # whether it takes images

    def __call__(self, weights: Weights, inputs: Tensor) -> Tensor:
        """Inputs of the model → its logits, float32 [n, classes]."""
        values = inputs.permute(0, 3, 1, 2) if self.pictures else inputs
        for step in self.steps:
            values = step(values, weights)
        return values


def plain(model: Any) -> Plain | None:
    """None where a layer, or the way they are joined, is not known, or does not train."""
    import keras

    layers = [la for la in model.layers if not isinstance(la, keras.layers.InputLayer)]
    if not layers or not _is_chain(layers) or model.losses:
        return None
    last = layers[-1]
    if not isinstance(last, keras.layers.Dense) or last.activation is not keras.activations.softmax:
        return None
    if any(la.dtype_policy.compute_dtype != "float32" for la in layers) or (
        model.non_trainable_variables
    ):
        return None
    weights: list[Weight] = []
    steps: list[Step] = []
    for layer in layers:
        step = _step(layer, layer is not last, len(weights))
        if step is None:
            return None
        steps.append(step)
        weights += _weights_of(layer)
    return Plain(tuple(weights), tuple(steps), len(model.inputs[0].shape) == 4)


def _is_chain(layers: list[Any]) -> bool:
    """Whether each layer's one input is the output of the one before."""
    return all(
        len(layer._inbound_nodes) >= 1 and layer.input is before.output
        for before, layer in zip(layers, layers[1:], strict=False)
    )


def _weights_of(layer: Any) -> list[Weight]:
    """A kernel of a convolution lies as [out, height, width, in], of a product as [out, in]."""
    orders = {4: ((3, 0, 1, 2), (0, 3, 1, 2)), 2: ((1, 0), (0, 1)), 1: ((0,), (0,))}
    return [Weight(weight, *orders[len(weight.shape)]) for weight in layer.trainable_variables]


def _step(layer: Any, activated: bool, first: int) -> Step | None:
    """What a layer does, whose weights begin with number `first`."""
    from keras import layers

    if type(layer) is layers.Conv2D:
        return _convolution(layer, first)
    if type(layer) is layers.MaxPooling2D and layer.padding == "valid":
        size, strides = layer.pool_size, layer.strides
        return lambda x, _: functional.max_pool2d(x, size, strides)
    if type(layer) is layers.Flatten:
        return lambda x, _: x.permute(0, 2, 3, 1).flatten(1) if x.dim() == 4 else x.flatten(1)
    if type(layer) is layers.Dense:
        return _product(layer, activated, first)
    return None


def _convolution(layer: Any, first: int) -> Step | None:
    activation = _activation(layer)
    if layer.padding != "valid" or activation is None or layer.data_format != "channels_last":
        return None
    strides, dilation, groups = layer.strides, layer.dilation_rate, layer.groups
    biased = layer.use_bias

    def step(x: Tensor, weights: Weights) -> Tensor:
        bias = weights[first + 1] if biased else None
        kernel = weights[first]
        return activation(
            functional.conv2d(x, kernel, bias, strides, dilation=dilation, groups=groups)
        )

    return step


def _product(layer: Any, activated: bool, first: int) -> Step | None:
    activation = _activation(layer) if activated else _same
    if activation is None:
        return None
    biased = layer.use_bias

    def step(x: Tensor, weights: Weights) -> Tensor:
        bias = weights[first + 1] if biased else None
        return activation(functional.linear(x, weights[first], bias))

    return step


def _same(x: Tensor) -> Tensor:
    return x


def _activation(layer: Any) -> Callable[[Tensor], Tensor] | None:
    import keras

    known: dict[Any, Callable[[Tensor], Tensor]] = {
        keras.activations.linear: _same,
        keras.activations.relu: functional.relu,
    }
    return known.get(layer.activation)
