"""How many floating-point operations a training step makes, counted from the layers' shapes."""

import math
from typing import Any

from chipbench.backends.layers import flat_layers


def flops_per_example(model: Any) -> float:
    """Operations of the products of a training step on one example: the same on every back end.

    A product of n terms is 2 n operations. A layer's products are made forward, a second time for
    its weights' gradient if they train, and a third time for its input's gradient if something
    before it trains. Those of attention's queries with keys and of its shares with values have two
    inputs, each with a gradient; all pairs count, masked ones too. Elementwise work, an embedding's
    look-up, normalisations, pooling and the optimizer are left out, as is usual (PaLM, Chowdhery et
    al., 2022, appendix B): they are no products, or small beside them.
    """
    total, something_trains = 0, False
    for layer in flat_layers(model):
        trains = bool(layer.trainable_weights)
        with_weights, of_inputs = products(layer)
        total += 2 * with_weights * (1 + trains + something_trains)
        something_trains = something_trains or trains
        total += 2 * of_inputs * (1 + 2 * something_trains)
    return float(total)


def products(layer: Any) -> tuple[int, int]:
    """Multiplications of `layer` for one example: with its weights, and of its inputs.

    With a kernel, of each output as many as it sums up.
    """
    if type(layer).__name__ == "MultiHeadAttention":
        return _of_attention(layer)
    kernel = getattr(layer, "kernel", None)
    if kernel is None or callable(kernel):
        return 0, 0
    kind = type(layer).__name__
    terms = {"DepthwiseConv2D": -2, "Conv1D": -1, "Conv2D": -1, "Conv3D": -1, "Dense": -1}
    if kind not in terms:
        raise NotImplementedError(f"products of the layer {layer.name}, a {kind}, are not counted")
    return int(math.prod(layer.output.shape[1:]) * math.prod(kernel.shape[: terms[kind]])), 0


def _of_attention(layer: Any) -> tuple[int, int]:
    """Its four projections, each of a kernel for every place; and the products between places."""
    given = layer.input
    keys = given[1] if isinstance(given, list | tuple) else given
    queries, pairs = layer.output.shape[1], layer.output.shape[1] * keys.shape[1]
    places = {"query": queries, "key": keys.shape[1], "value": keys.shape[1], "output": queries}
    kernels = {name: getattr(layer, f"_{name}_dense").kernel.shape for name in places}
    projected = sum(number * math.prod(kernels[name]) for name, number in places.items())
    return projected, pairs * (math.prod(kernels["key"][1:]) + math.prod(kernels["value"][1:]))
