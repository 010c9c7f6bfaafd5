"""Augmentation of training images by keras-cv: the counterparts of CreateML's six."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import keras_cv
import tensorflow as tf

#: Augments a batch: float32 [batch, height, width, 3], 0 to 255, to the same.
Augment = Callable[[tf.Tensor], tf.Tensor]

_NOISE = 0.03  # standard deviation, as a share of the full scale


def augmentation(switches: Mapping[str, bool], image_size: int, seed: int) -> Augment:
    """Those of crop, rotation, blur, exposure, noise and flip that are switched on, in order."""
    chosen = [layer for name, layer in _layers(image_size, seed).items() if switches[name]]

    def augment(images: tf.Tensor) -> tf.Tensor:
        for layer in chosen:
            images = layer(images)
        return tf.clip_by_value(images, 0.0, 255.0)

    return augment


def _layers(image_size: int, seed: int) -> dict[str, Augment]:
    layers = keras_cv.layers
    noise = keras.layers.GaussianNoise(_NOISE, seed=seed)
    return {
        "crop": _training(
            layers.RandomCropAndResize(
                (image_size, image_size),
                crop_area_factor=(0.8, 1.0),
                aspect_ratio_factor=(0.9, 1.1),
                seed=seed,
            )
        ),
        "rotation": _training(
            layers.RandomRotation(factor=20 / 360, fill_mode="reflect", seed=seed)
        ),
        "blur": _training(layers.RandomGaussianBlur(kernel_size=5, factor=(0.0, 1.5), seed=seed)),
        "exposure": _training(layers.RandomBrightness(factor=0.2, value_range=(0, 255), seed=seed)),
        "noise": lambda images: 255.0 * noise(images / 255.0, training=True),
        "flip": _training(layers.RandomFlip("horizontal", seed=seed)),
    }


def _training(layer: Any) -> Augment:
    return lambda images: layer(images, training=True)
