"""A model as an option of `conf/model/` names it: built, and held against what trains it.

The losses of all back ends are those of probabilities. A model that ends in logits says so, and its
outputs become probabilities by a softmax of its own: one place, whatever the loop.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers

from chipbench.ground.errors import ConfigurationError
from chipbench.models.builder import builder

_ROUNDING = 1e-2  # of probabilities in half precision


def built(spec: Mapping[str, Any], tried: bool = True) -> Any:
    """The Keras model of `spec` (name, build, classes, sizes, weights, logits).

    Images [batch, image_size, image_size, 3], or tokens [batch, sequence_length] → probabilities
    [batch, classes], of texts those of each next token [batch, sequence_length, classes].
    `tried`: where its layers do not tell whether it gives probabilities, it is asked for some.
    Raises ConfigurationError for a model that takes or gives anything else.
    """
    sizes = spec["sizes"]
    build = builder(spec["name"], spec["build"], sizes)
    model = build(classes=spec["classes"], weights=spec["weights"], **sizes)
    wrong = _misfit(model, spec["classes"], sizes)
    if wrong is None:
        wrong = _other_outputs(model, spec["logits"], tried)
    if wrong is not None:
        raise ConfigurationError(f"model={spec['name']}: {wrong}")
    return _with_softmax(model) if spec["logits"] else model


def _misfit(model: Any, classes: int, sizes: Mapping[str, int]) -> str | None:
    """What keeps the model from examples of these sizes, and classes."""
    if not isinstance(model, keras.Model):
        return f"its build() makes a {type(model).__name__}, and no Keras model"
    takes, gives = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if takes is None or gives is None:
        return "it does not say what it takes: begin it with an Input layer"
    if "image_size" in sizes:
        side = sizes["image_size"]
        wanted: tuple[int, ...] = (side, side, 3)
        said = "pictures are {}, also grey ones; see Input, and dataset.image_size"
    else:
        wanted = (sizes["sequence_length"],)
        said = "sequences are of {} tokens; see Input, and dataset.sequence_length"
    if not _fits(takes, wanted):
        return f"it takes {_shape(takes)}, and the {said.format(_shape((None, *wanted)))}"
    if sizes.keys() == {"sequence_length"}:
        if not _fits(gives, (*wanted, classes)):
            each = _shape((None, *wanted, classes))
            return f"it gives {_shape(gives)}, and of a text's next tokens that is {each}"
    elif not _fits(gives, (classes,)):
        return f"it gives {_shape(gives)}, and the data set has {classes} classes"
    return None


def _fits(shape: object, wanted: tuple[int, ...]) -> bool:
    """Whether a Keras shape, which begins with the batch, is `wanted`; a side may be open."""
    return (
        isinstance(shape, tuple)
        and len(shape) == 1 + len(wanted)
        and all(own in (None, side) for own, side in zip(shape[1:], wanted, strict=True))
    )


def _shape(shape: object) -> str:
    sides = shape[1:] if isinstance(shape, tuple) else (shape,)
    return " x ".join("any" if side is None else str(side) for side in sides)


def _other_outputs(model: Any, logits: bool, tried: bool) -> str | None:
    """What is wrong with what the model says of its outputs."""
    probabilities = _ends_in_probabilities(model)
    if probabilities is None and tried:
        probabilities = _gives_probabilities(model)
    if probabilities is False and not logits:
        return (
            "its outputs are no probabilities, which the loss wants: end it in softmax, or say "
            "logits: true in its file of conf/model/"
        )
    if probabilities and logits:
        return "model.logits=true, and its outputs are probabilities; use false"
    return None


def _ends_in_probabilities(model: Any) -> bool | None:
    """What its last layer tells; None where it does not."""
    last = getattr(model, "operations", model.layers)[-1]
    if hasattr(last, "layers"):
        return _ends_in_probabilities(last)
    activation = getattr(getattr(last, "activation", None), "__name__", None)
    if isinstance(last, layers.Softmax) or activation == "softmax":
        return True
    return False if activation == "linear" else None


def _gives_probabilities(model: Any) -> bool:
    """Whether they are, of some images."""
    sides = model.input_shape[1:]
    images = np.random.default_rng(0).random((2, *sides), "float32")
    given = np.asarray(model.predict_on_batch(images), "float64")
    return bool((given >= 0).all() and (abs(given.sum(-1) - 1) < _ROUNDING).all())


def _with_softmax(model: Any) -> Any:
    """The same with probabilities, in float32: a softmax in half precision loses small ones."""
    softmax = layers.Activation("softmax", dtype="float32", name="probabilities")
    if isinstance(model, keras.Sequential):
        model.add(softmax)
        return model
    return keras.Model(model.inputs[0], softmax(model.outputs[0]), name=model.name)
