"""What a model is: told from its layers, whatever it and they are called."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chipbench.ground.files import digest

#: Of a layer's settings: what it is called, and what is told apart; Keras 2 and 3 write it unlike.
_LEFT_OUT = {"name", "dtype", "trainable", "seed", "batch_shape", "batch_input_shape"}
#: What Keras 2, which Intel Macs have, writes otherwise: one function's name, and a default.
_SAME = {"swish": "silu"}
_DEFAULTS: dict[str, object] = {"groups": 1}
#: How weights begin is no part of what is computed with them.
_BEGINNING = "_initializer"


def layers_digest(model: Any) -> str:
    """Sixteen hex digits for a Keras model's layers, their settings, wiring and weights.

    A setting at its default is left out: releases of Keras add such ones.
    """
    parts = {
        "input": list(model.input_shape),
        "layers": list(_layers(model)),
        "parameters": model.count_params(),
    }
    return digest(parts, 16)


def _layers(model: Any) -> Iterator[Mapping[str, object]]:
    places = {layer.name: place for place, layer in enumerate(model.layers)}
    written = {layer["config"]["name"]: layer for layer in model.get_config()["layers"]}
    for layer in model.layers:
        wiring = written[layer.name].get("inbound_nodes", ())
        yield {
            "takes": [places[name] for name in _texts(wiring) if name in places],
            **(
                {"layers": list(_layers(layer))}
                if hasattr(layer, "layers")
                else _alone(layer, written[layer.name]["config"])
            ),
        }


def _alone(layer: Any, settings: Mapping[str, Any]) -> Mapping[str, object]:
    return {
        "class": type(layer).__name__,
        "settings": _unusual(type(layer), settings),
        "computes": layer.compute_dtype,
        "weights": [list(weight.shape) for weight in layer.weights],
        "trainable": len(layer.trainable_weights),
    }


def _unusual(kind: type, settings: Mapping[str, Any]) -> Mapping[str, object]:
    """The settings that are not the defaults of this kind of layer."""
    known = inspect.signature(kind).parameters
    defaults = _DEFAULTS | {name: _plain(parameter.default) for name, parameter in known.items()}
    written = {
        name: _plain(value)
        for name, value in settings.items()
        if name not in _LEFT_OUT and not name.endswith(_BEGINNING) and value is not None
    }
    return {name: value for name, value in written.items() if value != defaults.get(name)}


def _plain(value: Any) -> object:
    if isinstance(value, Mapping) and "class_name" in value:  # a regularizer, a layer inside
        return [value["class_name"], _plain(value.get("config") or {})]
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value] if len(value) != 1 else _plain(value[0])
    if isinstance(value, str):
        return _SAME.get(value, value)
    return value if isinstance(value, int | float | None) else type(value).__name__


def _texts(node: Any) -> Iterator[str]:
    """All texts in nested lists and mappings; the layers that one takes from are among them."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for part in node.values():
            yield from _texts(part)
    elif isinstance(node, Sequence):
        for part in node:
            yield from _texts(part)
