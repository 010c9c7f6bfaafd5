"""How many floating-point operations a training step makes, counted in its own graph."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def flops_per_image(model: Any, batch_size: int) -> float:
    """Operations of a training step (forward, loss, backward) over the images of its batch.

    A multiplication and an addition are two. TensorFlow's profiler counts what it has a rule for:
    products, convolutions, pooling, elementwise arithmetic; not the optimizer, which is left out.
    The batch norms' and activations' parts that have no rule are small beside the products.
    """
    images = [tf.TensorSpec([batch_size, *i.shape[1:]], tf.float32) for i in model.inputs]
    labels = tf.TensorSpec([batch_size], tf.int64)
    step = tf.compat.v1.wrap_function(_training_step(model), [*images, labels])
    # The tape records the gradients of frozen layers too, which TensorFlow never computes.
    needed = step.prune(step.inputs[: len(images) + 1], step.outputs)
    return float(_operations(needed.graph)) / batch_size


def _training_step(model: Any) -> Callable[..., Any]:
    from keras.losses import sparse_categorical_crossentropy

    def step(images: tf.Tensor, labels: tf.Tensor) -> Any:
        with tf.GradientTape() as tape:
            losses = sparse_categorical_crossentropy(labels, model(images, training=True))
            loss = tf.reduce_mean(losses)
        return loss, *tape.gradient(loss, model.trainable_variables)

    return step


def _operations(graph: tf.Graph) -> int:
    profiler = tf.compat.v1.profiler
    options = profiler.ProfileOptionBuilder(profiler.ProfileOptionBuilder.float_operation())
    counted = profiler.profile(graph, options=options.with_empty_output().build())
    return int(counted.total_float_ops)
