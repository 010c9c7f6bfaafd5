"""What the layers of sequences compute, in NumPy and float64: see `numpy_layers`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from keras import layers

from chipbench.backends.trials.numpy_reference import Array, Computed, Weights, softmax
from chipbench.models.positions import Positions


def _looked_up(layer: Any, _training: bool) -> Computed | None:
    if layer.mask_zero:
        return None
    return lambda inputs, weights: weights["embeddings"][inputs[0].astype(int)]


def _placed(_layer: Any, _training: bool) -> Computed | None:
    return lambda inputs, weights: inputs[0] + weights["embeddings"]


def _layer_normalization(layer: Any, _training: bool) -> Computed | None:
    """Over the channels of each place (Ba et al., 2016)."""
    if list(layer.axis if isinstance(layer.axis, list | tuple) else [layer.axis]) not in (
        [-1],
        [2],
    ):
        return None

    def compute(inputs: Sequence[Array], weights: Weights) -> Array:
        (x,) = inputs
        unit = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + layer.epsilon)
        scaled: Array = unit * weights.get("gamma", 1.0) + weights.get("beta", 0.0)
        return scaled

    return compute


def _attention(layer: Any, _training: bool) -> Computed | None:
    """Of several heads (Vaswani et al., 2017, section 3.2): from queries to keys and values."""
    settings = layer.get_config()
    unusual = ("output_shape", "sliding_window", "use_gate", "dropout")
    arguments = layer._inbound_nodes[0].arguments.kwargs
    if any(settings.get(key) for key in unusual) or set(arguments) - {"use_causal_mask"}:
        return None
    if settings["attention_axes"] not in (None, (1,)):
        return None
    causal = bool(arguments.get("use_causal_mask"))

    def projected(x: Array, weights: Weights, name: str) -> Array:
        made: Array = np.einsum("nld,dhk->nhlk", x, weights[f"{name}/kernel"], optimize=True)
        bias: Array | None = weights.get(f"{name}/bias")
        return made if bias is None else made + bias[:, None]

    def compute(inputs: Sequence[Array], weights: Weights) -> Array:
        query = projected(inputs[0], weights, "query")
        key, value = (projected(inputs[1], weights, name) for name in ("key", "value"))
        scores = np.einsum("nhqk,nhlk->nhql", query, key, optimize=True)
        scores = scores / np.sqrt(query.shape[-1])
        if causal:
            later = np.triu(np.ones(scores.shape[-2:], bool), 1)
            scores = np.where(later, -np.inf, scores)
        seen = np.einsum("nhql,nhlk->nqhk", softmax(scores), value, optimize=True)
        kernel, bias = weights["attention_output/kernel"], weights.get("attention_output/bias", 0.0)
        made: Array = np.einsum("nqhk,hkd->nqd", seen, kernel, optimize=True) + bias
        return made

    return compute


SEQUENCE_KINDS: Mapping[type, Callable[[Any, bool], Computed | None]] = {
    layers.Embedding: _looked_up,
    Positions: _placed,
    layers.LayerNormalization: _layer_normalization,
    layers.MultiHeadAttention: _attention,
}
