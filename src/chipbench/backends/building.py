"""The model as the configuration asks for it: built with weights of its own, and compiled."""

from typing import Any

from hydra.utils import get_method, instantiate
from omegaconf import DictConfig

from chipbench.backends.initial_weights import draw, numpy_draws
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.data import DataSet


def build_model(
    config: DictConfig, data: DataSet, optimizer: ChosenOptimizer, compiled: bool
) -> Any:
    """The same Keras model, with the same weights, at each call and on every back end.

    `compiled`: its steps are, whatever the protocol says.
    """
    import keras

    keras.utils.set_random_seed(config.seed)
    keras.mixed_precision.set_global_policy(config.precision)
    # Called plainly: `instantiate` would wrap the errors that name a remedy in its own.
    with numpy_draws(config.seed):
        model = get_method(config.model.build._target_)(
            classes=data.classes,
            image_size=config.dataset.image_size,
            weights=config.model.weights,
        )
    draw(model, config.seed, pretrained=config.model.weights is not None)
    model.compile(
        optimizer=instantiate(dict(optimizer.create)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=compiled or config.protocol.jit_compile,
        steps_per_execution=config.protocol.steps_per_call,
    )
    return model
