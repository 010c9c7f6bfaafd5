"""The weights that a training begins with: the same on every back end.

The generators of TensorFlow, PyTorch and JAX give other numbers for the same seed, so NumPy's draws
for all of them, from the distributions that Keras' initializers state.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from chipbench.backends.layers import flat_layers, head_of

Array = np.ndarray[Any, Any]
#: Standard deviation of a unit normal distribution that is cut off at two: what Keras, and the
#: paper it follows (He et al., 2015, as TensorFlow implements it), divide by.
_TRUNCATED = 0.87962566103423978


@contextmanager
def numpy_draws(seed: int) -> Iterator[None]:
    """Within it NumPy draws for Keras' initializers, as a model is built, before `draw` sets them.

    JAX would compile a program for each shape: 15 s of EfficientNetB0's start. And weights of a
    layer that `draw` cannot know by name are the same on every back end as well.
    """
    import keras

    known = keras.initializers
    kinds = known.VarianceScaling, known.RandomUniform, known.TruncatedNormal, known.RandomNormal
    drawing = [kind.__call__ for kind in kinds]
    generator = np.random.default_rng(seed)

    def drawn_alike(own: Any, shape: Sequence[int], *_: object, **__: object) -> Array | None:
        return drawn(own, tuple(shape), generator)

    try:
        for kind in kinds:
            kind.__call__ = drawn_alike
        yield
    finally:
        for kind, own in zip(kinds, drawing, strict=True):
            kind.__call__ = own


def draw(model: Any, seed: int, pretrained: bool) -> None:
    """Set all weights that an initializer draws at random; of a pretrained model the head's."""
    for number, layer in enumerate(head_of(model) if pretrained else flat_layers(model)):
        for weight in layer.weights:
            initializer = _initializer_of(layer, weight.name)
            generator = np.random.default_rng([seed, number])
            values = drawn(initializer, tuple(weight.shape), generator)
            if values is not None:
                weight.assign(values)


def _initializer_of(layer: Any, name: str) -> Any:
    """Keras names it after the weight, but for a depthwise convolution's kernel."""
    own = getattr(layer, f"{name}_initializer", None)
    return getattr(layer, "depthwise_initializer", None) if name == "kernel" and not own else own


def drawn(initializer: Any, shape: tuple[int, ...], generator: np.random.Generator) -> Array | None:
    """Values float32 of `shape` as `initializer` (Keras') distributes them.

    None for one that draws nothing, or in a way that is not known here.
    """
    import keras

    known = keras.initializers
    if isinstance(initializer, known.VarianceScaling):
        return _scaled(initializer, shape, generator)
    if isinstance(initializer, known.RandomUniform):
        low, high = initializer.minval, initializer.maxval
        return generator.uniform(low, high, shape).astype("float32")
    if isinstance(initializer, known.TruncatedNormal):
        values = _truncated(shape, generator)
    elif isinstance(initializer, known.RandomNormal):
        values = generator.standard_normal(shape)
    else:
        return None
    result: Array = (initializer.mean + initializer.stddev * values).astype("float32")
    return result


def _scaled(initializer: Any, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Glorot's, He's and LeCun's: a variance of `scale` over the inputs, the outputs, or both."""
    inputs, outputs = _fans(shape)
    over = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}
    variance = initializer.scale / max(1.0, over[initializer.mode])
    if initializer.distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return generator.uniform(-limit, limit, shape).astype("float32")
    values = generator.standard_normal(shape) * math.sqrt(variance)
    if initializer.distribution == "truncated_normal":
        values = _truncated(shape, generator) * math.sqrt(variance) / _TRUNCATED
    result: Array = values.astype("float32")
    return result


def _truncated(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Unit normal values, those beyond two drawn again."""
    values = generator.standard_normal(shape)
    while (beyond := np.abs(values) > 2).any():
        values[beyond] = generator.standard_normal(int(beyond.sum()))
    return values


def _fans(shape: Sequence[int]) -> tuple[float, float]:
    """Inputs and outputs of a unit: a kernel's last two sides, times the size of its window."""
    if len(shape) < 2:
        size = float(math.prod(shape))
        return size, size
    window = math.prod(shape[:-2])
    return float(window * shape[-2]), float(window * shape[-1])
