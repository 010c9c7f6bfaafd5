"""How many floating-point operations a training step makes, counted from the layers' shapes."""

import math
from typing import Any

from chipbench.backends.layers import flat_layers


def flops_per_image(model: Any) -> float:
    """Operations of the products of a training step on one image: the same on every back end.

    A product of n terms is 2 n operations. A layer's products are made forward, a second time for
    its weights' gradient if they train, and a third time for its input's gradient if something
    before it trains. Elementwise work, normalisations, pooling and the optimizer are left out, as
    is usual (PaLM, Chowdhery et al., 2022, appendix B): they are small beside the products.
    """
    total, something_trains = 0, False
    for layer in flat_layers(model):
        forward = 2 * _products(layer)
        trains = bool(layer.trainable_weights)
        total += forward * (1 + trains + something_trains)
        something_trains = something_trains or trains
    return float(total)


def _products(layer: Any) -> int:
    """Multiplications of `layer` for one image: of each output, as many as it sums up."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None or callable(kernel):
        return 0
    kind = type(layer).__name__
    terms = {"DepthwiseConv2D": -2, "Conv1D": -1, "Conv2D": -1, "Conv3D": -1, "Dense": -1}
    if kind not in terms:
        raise NotImplementedError(f"products of the layer {layer.name}, a {kind}, are not counted")
    return int(math.prod(layer.output.shape[1:]) * math.prod(kernel.shape[: terms[kind]]))
