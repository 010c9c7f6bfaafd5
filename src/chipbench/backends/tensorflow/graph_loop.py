"""Training with one graph call per epoch: `model.fit`'s updates, without Python between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import tensorflow as tf

from chipbench.backends.tuned import answers, validation_batch

_TRIAL_STEPS, _TRIAL_ROUNDS = 15, 30  # short: a shared machine's speed changes within a second


@dataclass(frozen=True)
class Examples:
    """Inputs [n, …] and labels [n], held on the device."""

    inputs: tf.Tensor
    labels: tf.Tensor

    @property
    def number(self) -> int:
        """How many."""
        return int(self.inputs.shape[0])

    @property
    def answers(self) -> int:
        """How many each asks for."""
        return answers(self.labels)


class GraphLoop:
    """One model's epochs. A batch is computed in `slices` parts side by side.

    The sum of the parts' gradients is the batch's own, so the updates are those of whole batches.
    """

    def __init__(self, model: Any, batch_size: int, slices: int, threads: int) -> None:
        self._model = model
        self._optimizer = model.optimizer
        self._batch_size = batch_size
        self._slices = slices
        self._threads = threads
        self._scale: Callable[[tf.Tensor], tf.Tensor] = getattr(
            model.optimizer, "scale_loss", lambda loss: loss
        )
        self._optimizer.build(model.trainable_variables)

    def train(self, examples: Examples, order: np.ndarray[Any, Any]) -> tuple[float, float]:
        """Train on all examples once; mean loss and accuracy (share of 1) on the way."""
        loss, correct = self._train(examples.inputs, examples.labels, tf.constant(order))
        number = len(order) * examples.answers
        return float(loss) / number, int(correct) / number

    def validate(self, examples: Examples) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""
        loss, correct = self._validate(examples.inputs, examples.labels)
        number = examples.number * examples.answers
        return float(loss) / number, int(correct) / number

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def _train(self, inputs: tf.Tensor, labels: tf.Tensor, order: tf.Tensor) -> Any:
        size, number = self._batch_size, order.shape[0]
        loss, correct = tf.constant(0.0), tf.constant(0, tf.int64)
        for step in tf.range(number // size):
            rows = tf.ensure_shape(order[step * size : (step + 1) * size], [size])
            step_loss, step_correct = self._update(inputs, labels, rows, self._slices)
            loss += step_loss
            correct += step_correct
        if number % size:
            step_loss, step_correct = self._update(inputs, labels, order[-(number % size) :], 1)
            loss += step_loss
            correct += step_correct
        return loss, correct

    def _update(self, inputs: tf.Tensor, labels: tf.Tensor, rows: tf.Tensor, slices: int) -> Any:
        """One step on the examples in `rows`; its summed loss and number of right answers."""
        variables = self._model.trainable_variables
        number = rows.shape[0] * answers(labels)
        results = []
        for part in tf.split(rows, slices):
            known = tf.gather(labels, part)
            with tf.GradientTape() as tape:
                predicted = self._model(tf.gather(inputs, part), training=True)
                loss = tf.reduce_sum(_losses(known, predicted))
                penalty = sum(self._model.losses) / slices if self._model.losses else 0.0
                scaled = self._scale(loss / number + penalty)
            results.append((tape.gradient(scaled, variables), loss, _right(known, predicted)))
        gradients, losses, right = pairs(*results)
        added = [tf.add_n(parts) for parts in pairs(*gradients)]
        self._optimizer.apply_gradients(pairs(added, variables))
        return tf.add_n(losses), tf.add_n(right)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def _validate(self, inputs: tf.Tensor, labels: tf.Tensor) -> Any:
        number = labels.shape[0]
        # As many batches side by side as there are threads.
        most = validation_batch(labels, self._batch_size)
        size = min(most, max(1, number // self._threads)) * self._threads
        loss, correct = tf.constant(0.0), tf.constant(0, tf.int64)
        for step in tf.range(number // size):
            begin = step * size
            batch_loss, batch_correct = self._judge(
                tf.ensure_shape(inputs[begin : begin + size], [size, *inputs.shape[1:]]),
                labels[begin : begin + size],
                self._threads,
            )
            loss += batch_loss
            correct += batch_correct
        if number % size:
            rest = number % size
            batch_loss, batch_correct = self._judge(inputs[-rest:], labels[-rest:], 1)
            loss += batch_loss
            correct += batch_correct
        return loss, correct

    def _judge(self, inputs: tf.Tensor, labels: tf.Tensor, parts: int) -> Any:
        losses, right = [], []
        for some, known in pairs(tf.split(inputs, parts), tf.split(labels, parts)):
            predicted = self._model(some, training=False)
            losses.append(tf.reduce_sum(_losses(known, predicted)))
            right.append(_right(known, predicted))
        return tf.add_n(losses), tf.add_n(right)


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def pairs(*parts: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Python's own `zip`, in a graph too: what TensorFlow 2.12 puts in its place is not strict."""
    return list(zip(*parts, strict=True))


def fastest_slices(
    build: Callable[[], Any], examples: Examples, batch_size: int, threads: int
) -> int:
    """How many slices train fastest here: a short trial of each, on a model that is thrown away."""
    steps = min(_TRIAL_STEPS, examples.number // batch_size)
    order = np.arange(steps * batch_size)
    candidates = {1, threads, 2 * threads, 4 * threads}
    loops = {
        slices: GraphLoop(build(), batch_size, slices, threads)
        for slices in sorted(candidates)
        if steps and batch_size % slices == 0 and batch_size // slices >= 2
    }
    for loop in loops.values():
        loop.train(examples, order)  # traces
    times = np.empty((_TRIAL_ROUNDS, len(loops)))
    for taken_s in times:  # in turn, so that what disturbs a moment hits all alike
        for index, loop in enumerate(loops.values()):
            begin = perf_counter()
            loop.train(examples, order)
            taken_s[index] = perf_counter() - begin
    return fastest(times, tuple(loops))


def fastest(times: np.ndarray[Any, Any], candidates: Sequence[int]) -> int:
    """The candidate with the least time (float [rounds, candidates]); 1 where there is none.

    Compared is the median over the rounds of the share of a round's time: unlike the least time it
    does not hang on one lucky moment.
    """
    if not candidates:
        return 1
    shares = times / times.sum(axis=1, keepdims=True)
    return candidates[int(np.median(shares, axis=0).argmin())]


def has_training_batch_norm(model: Any) -> bool:
    """Whether a BatchNormalization trains: its statistics are those of whole batches."""
    layers = model._flatten_layers() if hasattr(model, "_flatten_layers") else model.layers
    return any("BatchNormalization" in type(la).__name__ and la.trainable_weights for la in layers)


def _losses(labels: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    from keras.losses import sparse_categorical_crossentropy

    return tf.cast(sparse_categorical_crossentropy(labels, predicted), tf.float32)


def _right(labels: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(tf.equal(tf.argmax(predicted, -1), labels), tf.int64))
