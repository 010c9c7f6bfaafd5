"""An optimizer's updates against the rule that it is named after, in NumPy, weight by weight."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np

from chipbench.backends.trials.step_recording import values_of
from chipbench.backends.trials.tolerance import fault_in, of_layer

Array = np.ndarray[Any, Any]
#: Gradients of the steps so far → how far a weight moves in the last of them.
Rule = Callable[[Sequence[Array]], Array]

_STEPS, _VALUES = 3, 8


def faults(optimizer: Any, names: Sequence[str]) -> Iterator[str]:
    """What it does wrong to variables so named, in words."""
    generator = np.random.default_rng(0)
    variables = [
        keras.Variable(1e-3 * generator.normal(size=_VALUES), name=name.replace("/", "_"))
        for name in names
    ]
    given: list[list[Array]] = [[] for _ in names]
    wrong: dict[str, str] = {}
    rule = _rule_of(optimizer)
    for _ in range(_STEPS):
        before = [values_of(variable) for variable in variables]
        for gradients in given:
            gradients.append(generator.normal(size=_VALUES).astype("float32"))
        last = [keras.ops.convert_to_tensor(gradients[-1]) for gradients in given]
        optimizer.apply(last, variables)
        parts = zip(names, variables, before, given, strict=True)
        for name, variable, old, gradients in parts:
            moved = values_of(variable) - old
            if not moved.any():
                wrong.setdefault(name, "do not move")
            elif rule is not None:
                off = fault_in(moved, rule(gradients), of_layer("float32"))
                if off is not None:
                    wrong.setdefault(name, f"move by what is {off}")
    if len(wrong) == len(names) > 1 and set(wrong.values()) == {"do not move"}:
        yield "it moves no weights"
        return
    for name, how in wrong.items():
        yield f"the weights {name} {how}"


def _rule_of(optimizer: Any) -> Rule | None:
    """None for one that is not known here, or has settings that are not."""
    settings = optimizer.get_config()
    unknown = ("weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "amsgrad")
    rate = settings.get("learning_rate")
    if any(settings.get(key) for key in unknown) or not isinstance(rate, float | int):
        return None
    if isinstance(optimizer, keras.optimizers.Adam):
        return _adam(rate, optimizer)
    if isinstance(optimizer, keras.optimizers.SGD) and not optimizer.nesterov:
        return lambda given: -rate * _averaged(given, optimizer.momentum)
    return None


def _adam(rate: float, optimizer: Any) -> Rule:
    """Kingma and Ba, 2015, in the order of its section 2, as Keras computes it."""
    first, second, epsilon = optimizer.beta_1, optimizer.beta_2, optimizer.epsilon

    def move(given: Sequence[Array]) -> Array:
        mean = (1 - first) * _averaged(given, first)
        square = (1 - second) * _averaged([gradient**2 for gradient in given], second)
        corrected = rate * np.sqrt(1 - second ** len(given)) / (1 - first ** len(given))
        moved: Array = -corrected * mean / (np.sqrt(square) + epsilon)
        return moved

    return move


def _averaged(given: Sequence[Array], decay: float) -> Array:
    """The sum of all so far, each older one less by `decay`."""
    total = np.zeros_like(given[0], "float64")
    for values in given:
        total = decay * total + values
    return total
