"""What JAX gives to `protocol=tuned`: one compiled call per epoch, a scan over its steps.

On a CPU one call per step: within a scan XLA's convolutions there take four times the processor
time (measured with TinyVGG, batch 32; see `bench_train.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from chipbench.backends.backend import Task
from chipbench.backends.jax.frozen import frozen_call
from chipbench.backends.tuned import Array, Epochs, Orders, answers, validation_batch
from chipbench.backends.tuned_data import extracted, images_of, orders_of

#: Inputs [n, …] and labels [n] on the device.
Held = tuple[jax.Array, jax.Array]


class Scans:
    """Nothing is chosen: the compiler sees the whole epoch, or on a CPU a step."""

    chosen: Mapping[str, object] = {}

    def __init__(self, task: Task) -> None:
        self._task = task

    def prepare(self, examples: Held | None) -> None:
        """There is nothing to try."""

    def epochs(self, model: Any) -> Epochs:
        """Of this model."""
        by_step = self._task.device.kind == "cpu"
        return Scan(model, self._task.config.batch_size, by_step)

    def images(self, split: str) -> tuple[Any, Any]:
        """As arrays."""
        return images_of(self._task, split)

    def hold(self, inputs: Any, labels: Any) -> Held:
        """On the device."""
        return jnp.asarray(inputs), jnp.asarray(labels, jnp.int32)

    def extract(self, frozen: Any, split: str) -> tuple[Array, Array]:
        """Batch by batch, compiled once."""
        return extracted(self._task, split, frozen_call(frozen, self._task.config.batch_size))

    def orders(self) -> Orders:
        """Those of `model.fit`."""
        return orders_of(self._task)


class Scan:
    """One model's epochs."""

    def __init__(self, model: Any, batch_size: int, by_step: bool) -> None:
        """`by_step`: with a call for each step, and no scan."""
        self._model = model
        self._by_step = by_step
        self._batch_size = batch_size
        model.optimizer.build(model.trainable_variables)
        self._variables = (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
        )
        self._train = jax.jit(self._epoch, donate_argnums=0)
        self._validate = jax.jit(self._validation)

    def train(self, examples: Held, order: Array) -> tuple[float, float]:
        """Train on all examples once; mean loss and accuracy (share of 1) on the way."""
        state = self._state()
        loss, right = 0.0, 0
        for rows in self._parts(order, self._batch_size):
            state, losses, rights = self._train(state, examples, rows)
            loss, right = loss + losses, right + rights
        for variables, values in zip(self._variables, state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        answered = len(order) * answers(examples[1])
        return float(loss) / answered, int(right) / answered

    def validate(self, examples: Held) -> tuple[float, float]:
        """Mean loss and accuracy (share of 1) of the model as it is."""
        trainable, others, _ = self._state()
        number = len(examples[1])
        loss, right = 0.0, 0
        most = validation_batch(examples[1], self._batch_size)
        for rows in self._parts(np.arange(number), min(most, number)):
            losses, rights = self._validate(trainable, others, examples, rows)
            loss, right = loss + losses, right + rights
        answered = number * answers(examples[1])
        return float(loss) / answered, int(right) / answered

    def _parts(self, order: Array, size: int) -> Iterator[jax.Array]:
        """For each call the rows of its steps [steps, size]; of the last step there may be less."""
        whole = len(order) - len(order) % size
        steps = order[:whole].reshape(-1, size)
        calls = steps[:, None] if self._by_step else steps[None]
        for rows in (*calls, order[None, whole:]):
            if rows.size:
                yield jnp.asarray(rows)

    def _state(self) -> tuple[list[jax.Array], ...]:
        return tuple([variable.value for variable in group] for group in self._variables)

    def _epoch(self, state: Any, examples: Held, order: jax.Array) -> Any:
        """The steps of `order` [steps, batch]: the new state, summed loss, number of right ones."""
        inputs, labels = examples
        optimizer = self._model.optimizer

        def loss_of(trainable: Any, others: Any, slots: Any, rows: jax.Array) -> Any:
            predicted, others, penalties = self._model.stateless_call(
                trainable, others, inputs[rows], training=True, return_losses=True
            )
            summed, right = _judged(labels[rows], predicted)
            loss = summed / labels[rows].size + sum(penalties)
            return _scaled(optimizer, loss, slots), (others, summed, right)

        def step(state: Any, rows: jax.Array) -> Any:
            trainable, others, slots = state
            of = jax.value_and_grad(loss_of, has_aux=True)
            (_, (others, summed, right)), gradients = of(trainable, others, slots, rows)
            trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
            return (trainable, others, slots), (summed, right)

        state, (losses, rights) = _over(step, state, order)
        return state, losses.sum(), rights.sum()

    def _validation(self, trainable: Any, others: Any, examples: Held, order: jax.Array) -> Any:
        inputs, labels = examples

        def step(_: None, rows: jax.Array) -> Any:
            predicted, _others = self._model.stateless_call(
                trainable, others, inputs[rows], training=False
            )
            return None, _judged(labels[rows], predicted)

        _, (losses, rights) = _over(step, None, order)
        return losses.sum(), rights.sum()


def _over(step: Callable[[Any, jax.Array], Any], state: Any, order: jax.Array) -> Any:
    """A scan, but of a single step, which XLA would keep in a loop of its own."""
    return jax.lax.scan(step, state, order) if len(order) > 1 else step(state, order[0])


def _judged(labels: jax.Array, predicted: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Summed loss, and how many are right."""
    from keras.losses import sparse_categorical_crossentropy

    losses = sparse_categorical_crossentropy(labels, predicted).astype("float32")
    return losses.sum(), (predicted.argmax(-1) == labels).sum()


def _scaled(optimizer: Any, loss: Any, slots: Any) -> Any:
    """The loss as an optimizer of half precision scales it, by a factor among its variables."""
    import keras

    if not hasattr(optimizer, "scale_loss"):
        return loss
    with keras.StatelessScope(zip(optimizer.variables, slots, strict=True)):
        return optimizer.scale_loss(loss)
