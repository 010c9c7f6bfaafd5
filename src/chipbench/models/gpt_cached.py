"""A trained GPT that keeps the keys and values of what it has read: each token is read once.

Plain operations on its weights, in place of Keras' layers: what a back end compiles as one piece.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from keras import ops

#: By what they are of: `tokens`, `places`, `blocks`, `last_normalized` and `next`.
Weights = Mapping[str, Any]
#: Of each block its keys and its values, each [sequence_length, heads, width of a head].
Cache = Sequence[tuple[Any, Any]]

_ENDS = ("tokens", "places", "last_normalized", "next")
_PROJECTIONS = ("query", "key", "value", "output")
_PARTS = ("normalized", "normalized_again", "inner", "outer")
_EPSILON = 1e-5  # of the layer normalizations, as `gpt` has it


class Read(NamedTuple):
    """What reading some tokens gave."""

    probabilities: Any  # float32 [classes], of the token after the last
    following: Any  # int32 [1], the likeliest of them
    cache: Cache


def is_known(model: Any) -> bool:
    """Whether it is one that `gpt` builds."""
    return {layer.name for layer in model.layers}.issuperset(_ENDS)


def weights_of(model: Any) -> Weights:
    """A model's weights, in the precision that its layers compute in."""
    named = {layer.name: layer for layer in model.layers}
    blocks = [name.removesuffix("_attention") for name in named if name.endswith("_attention")]

    def held(layer: Any) -> list[Any]:
        given = [ops.convert_to_numpy(weight) for weight in layer.weights]
        return [ops.convert_to_tensor(values, layer.compute_dtype) for values in given]

    def of_block(block: str) -> dict[str, list[Any]]:
        attention = named[f"{block}_attention"]
        projections = {part: held(getattr(attention, f"_{part}_dense")) for part in _PROJECTIONS}
        return projections | {part: held(named[f"{block}_{part}"]) for part in _PARTS}

    return {part: held(named[part]) for part in _ENDS} | {"blocks": [*map(of_block, blocks)]}


def read_prompt(weights: Weights, tokens: Any) -> Read:
    """Read tokens int32 [n] from the beginning on; the cache has room for a whole sequence."""
    places = ops.arange(tokens.shape[0])
    free = weights["places"][0].shape[0] - tokens.shape[0]
    room = ((0, free), (0, 0), (0, 0))
    cache: list[tuple[Any, Any]] = []

    def attend(query: Any, key: Any, value: Any, _block: int) -> Any:
        cache.append((ops.pad(key, room), ops.pad(value, room)))
        return _attended(query, key, value, places)

    return _read(weights, tokens, places, attend, cache)


def read_next(weights: Weights, token: Any, place: Any, known: Cache) -> Read:
    """Read one more token int32 [1], which stands at `place` int32 [1] of the sequence."""
    cache: list[tuple[Any, Any]] = []

    def attend(query: Any, key: Any, value: Any, block: int) -> Any:
        rows = ops.expand_dims(place, -1)
        keys, values = (
            ops.scatter_update(kept, rows, new)
            for kept, new in zip(known[block], (key, value), strict=True)
        )
        cache.append((keys, values))
        return _attended(query, keys, values, place)

    return _read(weights, token, place, attend, cache)


def _read(weights: Weights, tokens: Any, places: Any, attend: Any, cache: Cache) -> Read:
    """The layers of `gpt.sized`, in their order, for tokens [n] at places [n]."""
    x = ops.take(weights["tokens"][0], tokens, axis=0)
    x = x + ops.take(weights["places"][0], places, axis=0)
    for number, block in enumerate(weights["blocks"]):
        seen = _normalized(x, block["normalized"])
        query, key, value = (_product(seen, block[part]) for part in ("query", "key", "value"))
        x = x + _product(attend(query, key, value, number), block["output"], axes=2)
        inner = _product(_normalized(x, block["normalized_again"]), block["inner"])
        x = x + _product(ops.gelu(inner, approximate=False), block["outer"])
    last = ops.cast(_normalized(x[-1:], weights["last_normalized"]), "float32")
    probabilities = ops.softmax(_product(last, weights["next"]))
    following = ops.cast(ops.argmax(probabilities, axis=-1), "int32")
    return Read(probabilities[0], following, tuple(cache))


def _product(x: Any, weights: Sequence[Any], axes: int = 1) -> Any:
    """With a kernel, over the last axes of `x` [n, …]."""
    kernel, bias = weights
    return ops.tensordot(x, kernel, axes=axes) + bias


def _normalized(x: Any, weights: Sequence[Any]) -> Any:
    gamma, beta = weights
    return ops.cast(ops.layer_normalization(x, gamma, beta, axis=-1, epsilon=_EPSILON), x.dtype)


def _attended(query: Any, keys: Any, values: Any, places: Any) -> Any:
    """Of queries [n, heads, width] to keys and values [m, …] no later than their `places` [n]."""
    scores = ops.einsum("nhd,mhd->hnm", query, keys) / query.shape[-1] ** 0.5
    seen = ops.arange(keys.shape[0])[None, None, :] <= places[None, :, None]
    scores = ops.where(seen, ops.cast(scores, "float32"), -1e9)
    return ops.einsum("hnm,mhd->nhd", ops.cast(ops.softmax(scores), values.dtype), values)
