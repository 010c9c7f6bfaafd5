"""How many bytes a training step moves at least, counted from the layers' shapes."""

import math
from typing import Any

from chipbench.backends.flops import products
from chipbench.backends.layers import flat_layers

#: Of a parameter's update: it and its gradient are read, and it is written, in float32.
_UPDATE_BYTES = 3 * 4
_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2}


def bytes_per_example(model: Any, batch_size: int) -> float:
    """Bytes between the device and its memory for one example: a lower bound.

    Of each layer with products, and x, y and w numbers in its input, its output and its weights,
    a step on `batch_size` examples moves b x + b y + w forward, as much again for its weights'
    gradient if they train, and again for its input's gradient if something before it trains: each
    product reads two of the three and writes the third. A weight that trains is updated once a step
    by 12 bytes. The numbers are as large as the layer computes with.

    What is left out would only add: elementwise work, normalisations and pooling, as if all were
    fused into the products; an optimizer's moments; an embedding's look-up; all between
    attention's input and its output, as if it never left the chip; a convolution that reads its
    input more than once. But what a cache keeps from one product for the next is not moved at all:
    on a small model the bound may be too high, and the ceiling that follows from it too low.
    """
    total, something_trains = 0.0, False
    for layer in flat_layers(model):
        trains = bool(layer.trainable_weights)
        if sum(products(layer)):
            passes = 1 + trains + something_trains
            weights = sum(math.prod(weight.shape) for weight in layer.weights)
            numbers = passes * (_numbers(layer) + weights / batch_size)
            total += numbers * _BYTES.get(layer.compute_dtype, 4)
            total += trains * weights * _UPDATE_BYTES / batch_size
        something_trains = something_trains or trains
    return total


def _numbers(layer: Any) -> int:
    """In the inputs and the output of `layer` for one example; an input given twice counts once."""
    given = layer.input if isinstance(layer.input, list | tuple) else [layer.input]
    parts = {id(tensor): tensor for tensor in [*given, layer.output]}
    return sum(math.prod(tensor.shape[1:]) for tensor in parts.values())
