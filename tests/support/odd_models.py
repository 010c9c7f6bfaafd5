"""Models as a maintainer may add them: right ones, and some that take or give another thing."""

import keras
from keras import layers


def _of(size: int, channels: int, *more: keras.Layer) -> keras.Model:
    return keras.Sequential([layers.Input((size, size, channels)), layers.Flatten(), *more])


def no_model(classes: int, image_size: int, weights: str | None) -> dict[str, int]:
    return {"classes": classes}


def no_input(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return keras.Sequential([layers.Flatten(), layers.Dense(classes, "softmax")])


def grey(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(image_size, 1, layers.Dense(classes, "softmax"))


def larger(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(2 * image_size, 3, layers.Dense(classes, "softmax"))


def more_classes(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(image_size, 3, layers.Dense(classes + 1, "softmax"))


def pictures(classes: int, image_size: int, weights: str | None) -> keras.Model:
    images = layers.Input((image_size, image_size, 3))
    return keras.Sequential([images, layers.Dense(classes, "softmax")])


def logits(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(image_size, 3, layers.Dense(classes))


def sigmoid(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(image_size, 3, layers.Dense(classes, "sigmoid"))


def probabilities(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(image_size, 3, layers.Dense(classes, "softmax"))


def softmax_operation(classes: int, image_size: int, weights: str | None) -> keras.Model:
    model = logits(classes, image_size, weights)
    return keras.Model(model.inputs, keras.ops.softmax(model.outputs[0]))


def inside(classes: int, image_size: int, weights: str | None) -> keras.Model:
    images = layers.Input((image_size, image_size, 3))
    return keras.Model(images, probabilities(classes, image_size, weights)(images))


def any_size(classes: int, image_size: int, weights: str | None) -> keras.Model:
    pooled = [layers.GlobalAveragePooling2D(), layers.Dense(classes), layers.Softmax()]
    return keras.Sequential([layers.Input((None, None, 3)), *pooled])


def logits_behind_features(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _of(image_size, 3, layers.Dense(8, name="features"), layers.Dense(classes, name="head"))


def logits_inside(classes: int, image_size: int, weights: str | None) -> keras.Model:
    images = layers.Input((image_size, image_size, 3))
    return keras.Model(images, logits(classes, image_size, weights)(images))
