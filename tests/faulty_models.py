"""A model that runs out of memory as a device does: in the middle of a step."""

from typing import Any

import keras
import tensorflow as tf

from chipbench.models import tiny_vgg

LARGEST_BATCH = 64


class Limited(keras.layers.Layer):
    def call(self, images: Any) -> Any:
        fits = tf.py_function(self._check, [tf.shape(images)[0]], tf.bool)
        with tf.control_dependencies([fits]):
            return tf.identity(images)

    @staticmethod
    def _check(batch: Any) -> bool:
        if int(batch) > LARGEST_BATCH:
            # TensorFlow makes its own ResourceExhaustedError of it.
            raise MemoryError("OOM when allocating tensor")
        return True


def build(classes: int, image_size: int, weights: str | None) -> keras.Model:
    model = tiny_vgg.build(classes, image_size, weights)
    images = keras.layers.Input((image_size, image_size, 3))
    return keras.Model(images, model(Limited()(images)))
