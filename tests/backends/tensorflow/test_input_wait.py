"""The share of a training that waits for its input, with pipelines whose speed is known."""

import time
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chipbench.backends.tensorflow.input_wait import input_wait_percent


@pytest.fixture(scope="module")
def model() -> keras.Model:
    made = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(2, "softmax")])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


def batches(number: int, delay_s: float = 0.0) -> tf.data.Dataset:
    images, labels = np.ones((number, 4, 8), np.float32), np.zeros((number, 4), np.int64)

    def slowly(image: Any, label: Any) -> Any:
        def wait(image: Any) -> Any:
            time.sleep(delay_s)
            return image

        return tf.ensure_shape(tf.numpy_function(wait, [image], tf.float32), [4, 8]), label

    made = tf.data.Dataset.from_tensor_slices((images, labels))
    return (made.map(slowly) if delay_s else made).prefetch(tf.data.AUTOTUNE)


def wait_percent(model: keras.Model, inputs: tf.data.Dataset) -> float | None:
    return input_wait_percent(model, inputs, 0.05, tf.test.experimental.sync_devices)


def test_a_slow_pipeline_makes_the_training_wait(model: keras.Model) -> None:
    slow, fast = wait_percent(model, batches(40, 0.05)), wait_percent(model, batches(40))
    assert slow is not None and fast is not None
    assert slow > 60
    assert fast < 40


def test_the_model_is_left_as_it_was(model: keras.Model) -> None:
    wait_percent(model, batches(10))
    before = [np.copy(v.numpy()) for v in (*model.variables, *model.optimizer.variables)]
    wait_percent(model, batches(20))
    for value, variable in zip(before, (*model.variables, *model.optimizer.variables), strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_too_few_batches_say_nothing(model: keras.Model) -> None:
    assert wait_percent(model, batches(2)) is None
