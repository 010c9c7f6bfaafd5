"""The kinds of layers of a model, each alone, against NumPy: forward, and all its gradients.

Each gets inputs of its own, and its output a gradient of its own, so that a fault is that layer's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from chipbench.backends.layers import flat_layers
from chipbench.backends.trials.numpy_layers import reference
from chipbench.backends.trials.numpy_reference import Computed
from chipbench.backends.trials.step_recording import Kept, Recorder, Shift, own_name, values_of
from chipbench.backends.trials.tolerance import fault_in, of_layer

Array = np.ndarray[Any, Any]
_BATCH, _SIDE, _UNITS = 2, 8, 32  # images; at most so many pixels of a side, and channels
_INPUTS = 256  # of a dense layer, at most
#: Settings of a layer that say how wide it is.
_WIDTHS = ("filters", "units", "input_dim", "output_dim", "key_dim", "value_dim", "num_heads")
#: A gradient of so small a share of the largest is a sum that cancels: rounding is all it is.
_CANCELLED = 0.1
#: Directions in which a gradient is compared: as many numbers, each of all its values.
_DIRECTIONS = 6
_STEP = 1e-6  # along them
#: Of a layer's settings what does not make it another kind.
_LIKE = ("name", "filters", "units", "trainable", "momentum")


@dataclass(frozen=True)
class Probe:
    """A layer of a kind, with inputs [batch, …], and what it computes."""

    name: str
    layer: Any  # a new one with the settings of the model's
    inputs: tuple[Array, ...]
    computed: Computed
    arguments: Any  # with which the model calls its own

    def __call__(self, sources: Sequence[Any]) -> Any:
        """What the layer makes of these in the place of the model's own tensors."""
        given = iter(sources)
        args, named = self.arguments.convert(
            lambda part: next(given) if isinstance(part, keras.KerasTensor) else part
        )
        return self.layer(*args, **named)


def probes_of(model: Any) -> list[Probe]:
    """One for each kind of layer that NumPy has a reference for."""
    found: dict[tuple[object, ...], Probe] = {}
    for layer in flat_layers(model):
        settings = layer.get_config()
        alike = {
            key: str(value)
            for key, value in settings.items()
            if key not in _LIKE and not key.endswith("_initializer")
        }
        key = type(layer), layer.trainable, tuple(sorted(alike.items()))
        if key not in found and (made := _probe(layer, settings)) is not None:
            found[key] = made
    return list(found.values())


def _probe(layer: Any, settings: Mapping[str, Any]) -> Probe | None:
    computed = reference(layer, training=layer.trainable)
    if computed is None:
        return None
    smaller = {key: _smaller(key, value) for key, value in settings.items()}
    arguments = layer._inbound_nodes[0].arguments
    shapes = [tuple(tensor.shape)[1:] for tensor in arguments.keras_tensors]
    sides = [min(size or _SIDE, _SIDE) for size in shapes[0][:-1]]
    generator = np.random.default_rng(len(layer.name))
    inputs = []
    for shape in shapes:
        channels = min(shape[-1], _UNITS if len(shape) > 1 else _INPUTS)
        places = [min(own, side) for own, side in zip(shape[:-1], sides, strict=True)]
        limit = smaller.get("input_dim")
        size = (_BATCH, *places, channels)
        inputs.append(
            _unlike(size, generator) if limit is None else _tokens(size, limit, generator)
        )
    made = type(layer).from_config(smaller)
    made.trainable = layer.trainable
    name = f"{layer.name} ({type(layer).__name__})"
    return Probe(name, made, tuple(inputs), computed, arguments)


def _smaller(key: str, value: Any) -> Any:
    """A layer's setting for its probe: few channels, and weights that cost nothing to draw.

    They are set before the step. To draw those of a shape, JAX compiles a program: 16 s in all.
    """
    if key.endswith("_initializer"):
        return "zeros"
    return min(value, _UNITS) if key in _WIDTHS and value is not None else value


def faults(probes: list[Probe], precision: str, compiled: bool) -> Iterator[str]:
    """What the device computes wrong in one step, in words, by layer."""
    sources = [
        [keras.Input(batch_shape=x.shape, dtype=str(x.dtype)) for x in probe.inputs]
        for probe in probes
    ]
    # Numbers of rows have no gradient.
    shifts = [[Shift() if x.dtype.kind == "f" else None for x in p.inputs] for p in probes]
    keeps = [Kept() for _ in probes]
    outputs = []
    for probe, part, before, after in zip(probes, sources, shifts, keeps, strict=True):
        shifted = [s if shift is None else shift(s) for shift, s in zip(before, part, strict=True)]
        outputs.append(after(probe(shifted)))
    model = keras.Model(keras.tree.flatten(sources), outputs)
    generator = np.random.default_rng(0)
    for probe in probes:
        probe.layer.set_weights([_drawn(w.shape, generator) for w in probe.layer.weights])
    pulls = [_short(generator.normal(size=output.shape)) for output in outputs]
    # Before the step, which moves the averages of a normalization.
    weights = [{own_name(w, p.layer): values_of(w) for w in p.layer.weights} for p in probes]
    rule = keras.optimizers.SGD(0.0)
    recorder = Recorder(rule, model.trainable_variables)
    model.compile(rule, [_pulled] * len(pulls), jit_compile=compiled, auto_scale_loss=False)
    given = [x for probe in probes for x in probe.inputs]
    # Keras takes the mean over the batch.
    model.train_on_batch(given, [_BATCH * pull for pull in pulls])
    gradients = {
        id(variable): gradient
        for variable, gradient in zip(model.trainable_variables, recorder.gradients(), strict=True)
    }
    tolerance = of_layer(precision)
    parts = zip(probes, shifts, keeps, weights, pulls, strict=True)
    for probe, before, after, known, pull in parts:
        found = [gradients[id(shift.shift)] for shift in before if shift is not None]
        weights_of = probe.layer.trainable_weights
        own = {own_name(w, probe.layer): gradients[id(w)] for w in weights_of}
        said = list(_wrong(probe, known, pull, values_of(after.kept), found, own, tolerance))
        if said:
            yield f"{probe.name}: {', '.join(said)}"


def _wrong(
    probe: Probe,
    weights: Mapping[str, Array],
    pull: Array,
    output: Array,
    to_inputs: list[Array],
    to_weights: Mapping[str, Array],
    tolerance: float,
) -> Iterator[str]:
    inputs = [x.astype("float64") for x in probe.inputs]
    wrong = fault_in(output, probe.computed(inputs, weights), tolerance)
    if wrong is not None:
        yield f"its output is {wrong}"
        return  # its gradients follow from it

    def pulled(moved: list[Array], own: Mapping[str, Array]) -> float:
        return float(np.sum(pull * probe.computed(moved, own)))

    largest = max(map(np.linalg.norm, (*to_inputs, *to_weights.values())), default=0.0)
    floor = _CANCELLED * float(largest)
    for place, gradient in enumerate(to_inputs):

        def moved_input(move: Array, place: int = place) -> float:
            return pulled([x + move if i == place else x for i, x in enumerate(inputs)], weights)

        wrong = _wrong_gradient(gradient, moved_input, tolerance, floor)
        if wrong is not None:
            yield f"the gradient to its input is {wrong}"
    for name, gradient in to_weights.items():

        def moved_weight(move: Array, name: str = name) -> float:
            return pulled(inputs, {**weights, name: weights[name] + move})

        wrong = _wrong_gradient(gradient, moved_weight, tolerance, floor)
        if wrong is not None:
            yield f"the gradient to its {name} is {wrong}"


def _wrong_gradient(gradient: Array, moved: Any, tolerance: float, floor: float) -> str | None:
    """Held against differences along some directions, each as long as the gradient has values.

    `floor`: the norm below which one cancels, as that of the bias of attention's keys does.
    """
    if not np.isfinite(gradient).all():
        return "not finite"
    generator = np.random.default_rng(1)
    found, expected = np.empty(_DIRECTIONS), np.empty(_DIRECTIONS)
    for number in range(_DIRECTIONS):
        direction = generator.normal(size=gradient.shape)
        expected[number] = (moved(_STEP * direction) - moved(-_STEP * direction)) / (2 * _STEP)
        found[number] = np.sum(gradient * direction)
    # The numbers scatter by the gradient's norm, whatever they are themselves.
    reach = float(np.linalg.norm(expected))
    if np.linalg.norm(found - expected) <= tolerance * floor * np.sqrt(_DIRECTIONS):
        return None
    return "zero" if reach and not gradient.any() else fault_in(found, expected, tolerance)


def _pulled(pull: Any, output: Any) -> Any:
    """Of each image, so that `pull` is the gradient of the output."""
    axes = list(range(1, len(output.shape)))
    return keras.ops.sum(pull * output, axis=axes)


def _drawn(shape: Any, generator: np.random.Generator) -> Array:
    """Weights of a size that keeps the values': positive where they may be a variance."""
    if len(shape) < 2:
        return _short(generator.uniform(0.5, 1.5, shape))
    inputs = float(np.prod(shape[:-1]))
    return _short(generator.normal(size=shape) / np.sqrt(inputs))


def _unlike(shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """Values of which no two of an image's channel are equal, so that a maximum is one of them.

    None is zero, where ReLU has no gradient.
    """
    number = int(np.prod(shape[1:-1])) if len(shape) > 2 else shape[-1]
    rows = np.tile(np.arange(number) - number / 2 + 0.25, (int(np.prod(shape)) // number, 1))
    values = generator.permuted(rows, axis=1).reshape(shape[0], -1, number)
    return _short(3 * values.swapaxes(1, 2).reshape(shape) / number)


def _tokens(shape: tuple[int, ...], limit: int, generator: np.random.Generator) -> Array:
    """Numbers of rows of a table that has so many, int32."""
    return generator.integers(0, limit, shape, "int32")


def _short(values: Array) -> Array:
    """float32 with the eight bits that bfloat16 has too: products of two are exact everywhere.

    Else what a format rounds would turn choices of ReLU and of a maximum.
    """
    cut = values.astype("float32").view("uint32") & np.uint32(0xFFFF0000)
    return cut.view("float32")
