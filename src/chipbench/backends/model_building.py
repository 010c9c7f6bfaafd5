"""The model as the configuration asks for it: built with weights of its own, and compiled."""

from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig

from chipbench.backends.initial_weights import draw, numpy_draws
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.data import DataSet
from chipbench.measure.example_kinds import sizes_of


def specification(config: DictConfig, classes: int) -> dict[str, Any]:
    """What `models.model` builds of this configuration."""
    return {
        "name": config.model.name,
        "build": config.model.build._target_,
        "classes": classes,
        "sizes": sizes_of(config.dataset),
        "weights": config.model.weights,
        "logits": config.model.logits,
    }


def build_model(
    config: DictConfig, data: DataSet, optimizer: ChosenOptimizer, compiled: bool
) -> Any:
    """The same Keras model, with the same weights, at each call and on every back end.

    `compiled`: its steps are, whatever the protocol says.
    """
    import keras

    from chipbench.models.model_option import built

    keras.utils.set_random_seed(config.seed)
    keras.mixed_precision.set_global_policy(config.precision)
    with numpy_draws(config.seed):
        model = built(specification(config, data.classes))
    draw(model, config.seed, pretrained=config.model.weights is not None)
    model.compile(
        optimizer=instantiate(dict(optimizer.create)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=compiled or config.protocol.jit_compile,
        steps_per_execution=config.protocol.steps_per_call,
    )
    return model
