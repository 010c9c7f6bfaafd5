"""One optimizer's trial: forty steps on toy data, on the device and on the CPU."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hydra.utils import instantiate

from chipbench.backends import Backend
from chipbench.backends.initial_weights import draw

_STEPS = 40
#: The rate of the trial, whatever the benchmark's: it shows the arithmetic, not the tuning.
_LEARNING_RATE = 0.01
#: A working optimizer at this rate halves the loss on this data within these steps.
_MUST_FALL_TO = 0.7
#: Float32 on different devices sums in different orders; a wrong kernel is off by far more.
_AGREEMENT = 0.05


def problem_with(losses: list[float], cpu_losses: list[float], weights_finite: bool) -> str | None:
    """What is wrong with the losses of a trial, given the CPU's from the same weights."""
    if not all(math.isfinite(loss) for loss in losses):
        return "the loss is not finite"
    if not weights_finite:
        return "the weights are not finite"
    if losses[-1] > _MUST_FALL_TO * losses[0]:
        return f"the loss did not fall: {losses[0]:.3f} to {losses[-1]:.3f}"
    difference = max(abs(a - b) for a, b in zip(losses, cpu_losses, strict=True))
    if difference > _AGREEMENT * cpu_losses[0]:
        return f"the losses differ from the CPU's by up to {difference:.3f}"
    return None


def mistake_in(create: dict[str, Any]) -> str | None:
    """Why this makes no optimizer, whatever the device: a misspelt name, a wrong argument."""
    import keras

    try:
        made = instantiate(create)
    except Exception as error:  # whatever the constructor raises
        while error.__cause__ is not None and isinstance(error.__cause__, Exception):
            error = error.__cause__  # Hydra's own wrapping
        return f"{type(error).__name__}: {' '.join(str(error).split())}"
    if isinstance(made, keras.optimizers.Optimizer):
        return None
    return f"that makes a {type(made).__name__}, and no Keras optimizer"


def _toy_data() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Two classes on either side of a plane: 128 points [128, 16], labels [128]."""
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 128)
    points = generator.normal(size=(128, 16)) + (2 * labels[:, None] - 1)
    return points.astype("float32"), labels


def _train(opened: Backend, create: dict[str, Any], device: str) -> tuple[list[float], bool]:
    """Losses of the steps, and whether all weights are finite at the end."""
    import keras

    points, labels = _toy_data()
    keras.utils.set_random_seed(0)
    with opened.on(device):
        model = keras.Sequential(
            [
                keras.layers.Input((16,)),
                keras.layers.Dense(32, activation="relu"),
                keras.layers.Dense(2, activation="softmax"),
            ]
        )
        draw(model, seed=0, pretrained=False)
        model.compile(
            instantiate(create),
            "sparse_categorical_crossentropy",
            jit_compile=opened.always_compiled,
        )
        losses = [float(model.train_on_batch(points, labels)) for _ in range(_STEPS)]
    return losses, all(bool(np.isfinite(weight).all()) for weight in model.get_weights())


def at_the_trials_rate(create: Mapping[str, Any]) -> dict[str, Any]:
    """`create` with the trial's learning rate, where it has one."""
    rate = {"learning_rate": _LEARNING_RATE} if "learning_rate" in create else {}
    return {**create, **rate}


def problem_of(opened: Backend, create: Mapping[str, Any], device: str) -> str | None:
    """Why an optimizer does not train on the device; None if it does."""
    made = at_the_trials_rate(create)
    cpu_losses, weights_finite = _train(opened, made, "cpu")
    losses = cpu_losses
    if device != "cpu":
        losses, weights_finite = _train(opened, made, device)
    return problem_with(losses, cpu_losses, weights_finite)
