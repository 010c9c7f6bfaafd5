"""The model as the configuration asks for it: seeded, built and compiled."""

from typing import Any

from hydra.utils import get_method, instantiate
from omegaconf import DictConfig

from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.data import DataSet


def seed(config: DictConfig) -> None:
    """Seed all that is random, and set the precision."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(config.seed)
    if config.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.mixed_precision.set_global_policy(config.precision)


def build_model(config: DictConfig, data: DataSet, optimizer: ChosenOptimizer) -> Any:
    """The same Keras model, with the same weights, at each call."""
    seed(config)
    # Called plainly: `instantiate` would wrap the errors that name a remedy in its own.
    model = get_method(config.model.build._target_)(
        classes=data.classes,
        image_size=config.dataset.image_size,
        weights=config.model.weights,
    )
    model.compile(
        optimizer=instantiate(dict(optimizer.create)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=config.protocol.jit_compile,
        steps_per_execution=config.protocol.steps_per_call,
    )
    return model
