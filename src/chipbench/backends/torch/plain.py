"""A Keras model as plain PyTorch on the same weights: without Keras' own work between the layers.

Images lie as Keras has them, [n, height, width, channels]: to PyTorch that is the memory format
`channels_last`, in which its convolutions are fast.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.nn import functional

#: Inputs of the model → its logits, float32 [n, classes].
Forward = Callable[[Tensor], Tensor]
Step = Callable[[Tensor], Tensor]


def plain(model: Any) -> Forward | None:
    """The model up to its softmax; None where a layer, or the way they are joined, is not known."""
    import keras

    layers = [la for la in model.layers if not isinstance(la, keras.layers.InputLayer)]
    if not layers or not _is_chain(layers) or model.losses:
        return None
    last = layers[-1]
    if not isinstance(last, keras.layers.Dense) or last.activation is not keras.activations.softmax:
        return None
    steps: list[Step] = []
    for layer in layers:
        if layer.dtype_policy.compute_dtype != "float32":
            return None
        step = _step(layer, activated=layer is not last)
        if step is None:
            return None
        steps.append(step)
    pictures = len(model.inputs[0].shape) == 4

    def forward(inputs: Tensor) -> Tensor:
        values = inputs.permute(0, 3, 1, 2) if pictures else inputs
        for step in steps:
            values = step(values)
        return values

    return forward


def _is_chain(layers: list[Any]) -> bool:
    """Whether each layer's one input is the output of the one before."""
    return all(
        len(layer._inbound_nodes) >= 1 and layer.input is before.output
        for before, layer in zip(layers, layers[1:], strict=False)
    )


def _step(layer: Any, activated: bool) -> Step | None:
    from keras import layers

    if isinstance(layer, layers.Conv2D) and type(layer) is layers.Conv2D:
        return _convolution(layer)
    if isinstance(layer, layers.MaxPooling2D) and layer.padding == "valid":
        return lambda x: functional.max_pool2d(x, layer.pool_size, layer.strides)
    if isinstance(layer, layers.Flatten):
        return lambda x: x.permute(0, 2, 3, 1).flatten(1) if x.dim() == 4 else x.flatten(1)
    if isinstance(layer, layers.Dense):
        return _product(layer, activated)
    return None


def _convolution(layer: Any) -> Step | None:
    activation = _activation(layer)
    if layer.padding != "valid" or activation is None or layer.data_format != "channels_last":
        return None
    strides, dilation, groups = layer.strides, layer.dilation_rate, layer.groups

    def step(x: Tensor) -> Tensor:
        kernel = layer.kernel.value.permute(3, 2, 0, 1)
        bias = layer.bias.value if layer.use_bias else None
        return activation(
            functional.conv2d(x, kernel, bias, strides, dilation=dilation, groups=groups)
        )

    return step


def _product(layer: Any, activated: bool) -> Step | None:
    activation = _activation(layer) if activated else _same
    if activation is None:
        return None

    def step(x: Tensor) -> Tensor:
        bias = layer.bias.value if layer.use_bias else None
        return activation(functional.linear(x, layer.kernel.value.T, bias))

    return step


def _same(x: Tensor) -> Tensor:
    return x


def _activation(layer: Any) -> Step | None:
    import keras

    known: dict[Any, Step] = {
        keras.activations.linear: _same,
        keras.activations.relu: functional.relu,
    }
    return known.get(layer.activation)
