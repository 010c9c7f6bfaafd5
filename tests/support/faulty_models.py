"""Models that misbehave in the middle of a step, as a device that runs out of memory does."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from chipbench.models import tiny_vgg

LARGEST_BATCH, LETHAL_BATCH = 64, 96


class Limited(keras.layers.Layer):
    """Runs out of memory above a batch size, and kills its process at one."""

    def call(self, images: Any) -> Any:
        return _after(self._check, images)

    @staticmethod
    def _check(batch: Any) -> bool:
        if int(batch) == LETHAL_BATCH:
            os.kill(os.getpid(), signal.SIGKILL)
        if int(batch) > LARGEST_BATCH:
            # TensorFlow makes its own ResourceExhaustedError of it.
            raise MemoryError("OOM when allocating tensor")
        return True


class Slow(keras.layers.Layer):
    """Waits a moment in every step, and leaves the processor to others."""

    def call(self, images: Any) -> Any:
        return _after(self._wait, images)

    @staticmethod
    def _wait(batch: Any) -> bool:
        time.sleep(0.5)
        return True


def limited(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _behind(Limited(), classes, image_size)


def slow(classes: int, image_size: int, weights: str | None) -> keras.Model:
    return _behind(Slow(), classes, image_size)


def _after(act: Callable[[Any], bool], images: Any) -> Any:
    """`images`, once `act` was called with their number."""
    acted = tf.py_function(act, [tf.shape(images)[0]], tf.bool)
    with tf.control_dependencies([acted]):
        return tf.identity(images)


def _behind(layer: keras.layers.Layer, classes: int, image_size: int) -> keras.Model:
    images = keras.layers.Input((image_size, image_size, 3))
    return keras.Model(images, tiny_vgg.build(classes, image_size, None)(layer(images)))
