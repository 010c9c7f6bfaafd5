"""A small model of the shape that feature extraction has: a frozen part, and a head."""

import keras
from keras import layers


def build(classes: int, image_size: int, weights: str | None) -> keras.Model:
    base = keras.Sequential(
        [
            layers.Input((image_size, image_size, 3)),
            layers.Conv2D(32, 5, strides=3, activation="relu"),
            layers.Conv2D(64, 3, strides=2, activation="relu"),
            layers.Flatten(),
        ]
    )
    base.trainable = False
    images = layers.Input((image_size, image_size, 3), name="images")
    features = layers.Activation("linear", name="features")(base(images, training=False))
    return keras.Model(images, layers.Dense(classes, activation="softmax")(features))
