"""TinyVGG, as the article's experiment 3 builds it."""

import keras
from keras import layers

from chipbench.ground.errors import ConfigurationError


def build(classes: int, image_size: int, weights: str | None) -> keras.Model:
    """Images [batch, image_size, image_size, 3] → class probabilities [batch, classes].

    5,520 parameters at 10 classes and 32 px. There are no published weights.
    """
    if weights is not None:
        raise ConfigurationError(f"model.weights={weights}: tiny_vgg trains from scratch; use null")
    stack = [layers.Input((image_size, image_size, 3))]
    for _ in range(2):
        stack += [layers.Conv2D(10, 3, activation="relu") for _ in range(2)]
        stack.append(layers.MaxPool2D())
    # float32 whatever the precision: a softmax in half precision loses small probabilities.
    stack += [layers.Flatten(), layers.Dense(classes, activation="softmax", dtype="float32")]
    return keras.Sequential(stack, name="tiny_vgg")
