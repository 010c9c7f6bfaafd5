"""The layers of a Keras model, one by one."""

from collections.abc import Iterator
from typing import Any

#: The name of the layer that ends a backbone; what comes after it is the head.
FEATURES = "features"


def flat_layers(model: Any) -> Iterator[Any]:
    """The layers that compute, in order; of a model within the model its own."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from flat_layers(layer)
        else:
            yield layer


def head_of(model: Any) -> list[Any]:
    """The layers behind the one called `features`; none where there is no such layer."""
    names = [layer.name for layer in model.layers]
    return model.layers[names.index(FEATURES) + 1 :] if FEATURES in names else []
