"""Epochs on several replicas by `tf.distribute`: `model.fit` of Keras 3 refuses several workers."""

from typing import Any

import tensorflow as tf

from chipbench.backends.tensorflow.distributed.shares import steps_of
from chipbench.backends.tensorflow.graph_loop import pairs


class DistributedLoop:
    """One model's epochs. Gradients are summed over all replicas: the update is the batch's own."""

    def __init__(self, model: Any, strategy: Any, batch_size: int) -> None:
        self._model = model
        self._strategy = strategy
        self._batch_size = batch_size
        self._scale = getattr(model.optimizer, "scale_loss", lambda loss: loss)
        with strategy.scope():
            model.optimizer.build(model.trainable_variables)
            # Summed over the replicas when they are read, once per epoch.
            self._loss, self._right = (_counter() for _ in range(2))

    def train(self, batches: Any, examples: int) -> tuple[float, float]:
        """Train on one pass over `examples` images; mean loss and accuracy on the way."""
        return self._mean(self._train, batches, examples)

    def validate(self, batches: Any, examples: int) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""
        return self._mean(self._validate, batches, examples)

    def _mean(self, run: Any, batches: Any, examples: int) -> tuple[float, float]:
        steps = steps_of(examples, self._batch_size)
        loss, right = run(iter(batches), tf.constant(steps), tf.constant(examples))
        return float(loss) / examples, float(right) / examples

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def _train(self, batches: Any, steps: tf.Tensor, examples: tf.Tensor) -> Any:
        self._loss.assign(0.0)
        self._right.assign(0.0)
        for step in tf.range(steps):
            whole = tf.minimum(self._batch_size, examples - step * self._batch_size)
            images, labels = next(batches)
            self._strategy.run(self._update, args=(images, labels, tf.cast(whole, tf.float32)))
        return self._loss.read_value(), self._right.read_value()

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def _validate(self, batches: Any, steps: tf.Tensor, examples: tf.Tensor) -> Any:
        self._loss.assign(0.0)
        self._right.assign(0.0)
        for _ in tf.range(steps):
            images, labels = next(batches)
            self._strategy.run(self._judge, args=(images, labels))
        return self._loss.read_value(), self._right.read_value()

    def _update(self, images: tf.Tensor, labels: tf.Tensor, whole: tf.Tensor) -> None:
        """One replica's part of a step on a batch of `whole` images."""
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape:
            predicted = self._model(images, training=True)
            loss = self._count(labels, predicted)
            penalty = sum(self._model.losses) if self._model.losses else 0.0
            scaled = self._scale(loss / whole + penalty / self._strategy.num_replicas_in_sync)
        gradients = tape.gradient(scaled, variables)
        self._model.optimizer.apply_gradients(pairs(gradients, variables))

    def _judge(self, images: tf.Tensor, labels: tf.Tensor) -> None:
        self._count(labels, self._model(images, training=False))

    def _count(self, labels: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
        """The summed loss; what fills a batch up has a negative label and counts for nothing."""
        from keras.losses import sparse_categorical_crossentropy

        counts = tf.cast(labels >= 0, tf.float32)
        losses = sparse_categorical_crossentropy(tf.maximum(labels, 0), predicted)
        loss = tf.reduce_sum(tf.cast(losses, tf.float32) * counts)
        right = tf.cast(tf.equal(tf.argmax(predicted, -1), tf.cast(labels, tf.int64)), tf.float32)
        self._loss.assign_add(loss)
        self._right.assign_add(tf.reduce_sum(right))
        return loss


def _counter() -> Any:
    return tf.Variable(
        0.0,
        trainable=False,
        synchronization=tf.VariableSynchronization.ON_READ,
        aggregation=tf.VariableAggregation.SUM,
    )
