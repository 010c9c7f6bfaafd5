"""A few steps of the model itself: on the device and in the precision used, beside the CPU's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from hydra.utils import instantiate

from chipbench.backends.initial_weights import draw, numpy_draws
from chipbench.backends.layers import flat_layers
from chipbench.backends.trials.step_recording import Recorder, called, values_of
from chipbench.backends.trials.tolerance import fault_in, of_layer, of_steps

Array = np.ndarray[Any, Any]
_BATCH = 8
_STEPS = 2
_SCALED_STEPS = 6  # of half precision, whose first may be left out until the loss's scale fits
#: So much less loss that its gradients underflow in float16 unless the loss is scaled.
_SMALL = 2.0**-16
#: Gradients of so small a share of the largest are sums that cancel: rounding is all they are.
_CANCELLED = 1e-4
_SEED = 0


@dataclass(frozen=True)
class Steps:
    """What some steps gave."""

    scale: float  # of the loss, at first
    losses: list[float]
    names: list[str]  # of the weights, from input to output; another build's may be numbered on
    gradients: list[Array]  # to them, of the first step
    unmoved: list[str]  # weights with a gradient that no step moved


def take(
    build: Callable[[], Any], create: Mapping[str, Any], precision: str, compiled: bool
) -> Steps:
    """Steps of a new model from weights that are always the same, on what is the device here."""
    keras.mixed_precision.set_global_policy(precision)
    with numpy_draws(_SEED):
        model = build()
    draw(model, _SEED, pretrained=False)
    _drop_nothing(model)
    optimizer = instantiate(dict(create))
    weights = model.trainable_weights
    names = [called(weight) for weight in weights]
    recorder = Recorder(optimizer, weights)
    model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=compiled)
    scale = getattr(model.optimizer, "initial_scale", 1.0)
    generator = np.random.default_rng(_SEED)
    inputs = _inputs(model, generator)
    each = (_BATCH, *model.output_shape[1:-1])  # image or sequence, or token of a text
    labels = np.arange(np.prod(each)).reshape(each) % model.output_shape[-1]
    before = [values_of(weight) for weight in weights]
    small = np.full(_BATCH, _SMALL, "float32")
    losses = [float(model.train_on_batch(inputs, labels, sample_weight=small)) / _SMALL]
    gradients = [gradient / _SMALL for gradient in recorder.gradients()]
    moved = [False] * len(weights)
    for step in range(_SCALED_STEPS):
        model.reset_metrics()
        losses.append(float(model.train_on_batch(inputs, labels)))
        moved = [
            bool((values_of(weight) != old).any())
            for weight, old in zip(weights, before, strict=True)
        ]
        if step + 1 >= _STEPS and any(moved):
            break
    unmoved = [
        name
        for name, has_moved, gradient in zip(names, moved, gradients, strict=True)
        if not has_moved and gradient.any()
    ]
    return Steps(scale, losses, names, gradients, unmoved)


def _drop_nothing(model: Any) -> None:
    """What is left out at random would differ between the device and the CPU."""
    for layer in flat_layers(model):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0


def _inputs(model: Any, generator: np.random.Generator) -> Array:
    """A batch: pixels of 0 to 1, or tokens that the model has an embedding of."""
    shape = (_BATCH, *model.input_shape[1:])
    known = [la.input_dim for la in flat_layers(model) if isinstance(la, keras.layers.Embedding)]
    if known:
        return generator.integers(0, min(known), shape, "int32")
    return generator.random(shape, "float32")


def faults(found: Steps, expected: Steps, precision: str) -> Iterator[str]:
    """What differs from the CPU's steps; of the gradients the first that backpropagation meets."""
    near = 4 * of_layer(precision)
    if precision == "mixed_float16" and found.scale <= 1:
        yield "the loss is not scaled, and gradients underflow in float16"
        return
    # In float16 a step whose scaled gradients overflow is left out, and the next begins elsewhere.
    alike = 1 if precision == "mixed_float16" else None
    pairs = list(zip(found.losses, expected.losses, strict=False))[:alike]
    for step, (loss, right) in enumerate(pairs, 1):
        if not abs(loss - right) <= near * abs(right):
            yield f"the loss of step {step} is {loss:.4g}, and on the CPU in float32 {right:.4g}"
            break
    norms = [float(np.linalg.norm(gradient)) for gradient in expected.gradients]
    least = _CANCELLED * max(norms, default=0.0)
    for number in reversed(range(len(norms))):
        if norms[number] <= least:
            continue
        own, known = found.gradients[number], expected.gradients[number]
        wrong = fault_in(own, known, of_steps(precision))
        if wrong is not None:
            yield f"the gradient to {found.names[number]} is {wrong}"
            return


def both(
    build: Callable[[], Any],
    create: Mapping[str, Any],
    precision: str,
    compiled: bool,
    on: Callable[[str], AbstractContextManager[Any]],
    device: str,
) -> tuple[list[str], list[str]]:
    """What the device does wrong, and the weights that the optimizer does not move there."""
    with on(device):
        found = take(build, create, precision, compiled)
    with on("cpu"):
        expected = take(build, create, "float32", compiled)
    return list(faults(found, expected, precision)), found.unmoved
