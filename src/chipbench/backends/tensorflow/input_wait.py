"""How long a training waits for its next batch: the input pipeline's own stall time."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from chipbench.backends.input_wait import unchanged

_FIRST_STEPS = 3  # while the pipeline starts
_BUDGET_S = 2.0
_MOST_STEPS = 200


def input_wait_percent(
    model: Any, batches: tf.data.Dataset, step_s: float, synchronize: Callable[[], None]
) -> float | None:
    """Share of the time of some training steps on `batches` that went by waiting for them.

    `step_s` is what a step takes, which says how many fit into a few seconds. None if there are too
    few batches. The model is left as it was. The waiting is stamped at the very end of the
    pipeline, which costs a fraction of a millisecond per batch: so it is watched in steps of their
    own, after the timed ones.
    """
    steps = max(_FIRST_STEPS, min(_MOST_STEPS, int(_BUDGET_S / step_s)))
    stamps = tf.Variable(tf.zeros([3], tf.float64), trainable=False)
    stamped = _stamped(batches.take(_FIRST_STEPS + steps), stamps)
    # Each step ends before the next batch is asked for; else a GPU's host would ask far ahead.
    in_step = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: synchronize())
    with unchanged(model):
        model.fit(stamped, epochs=1, shuffle=False, verbose=0, callbacks=[in_step])
    waited_s, begin_s, end_s = stamps.numpy()
    return float(100 * waited_s / (end_s - begin_s)) if begin_s and end_s > begin_s else None


def _stamped(batches: tf.data.Dataset, stamps: tf.Variable) -> tf.data.Dataset:
    """`batches`; `stamps` becomes [seconds waited, first asked for, last handed out].

    The first steps are not counted.
    """

    def now() -> tf.data.Dataset:
        return tf.data.Dataset.counter().map(lambda _: tf.timestamp())

    def note(before: tf.Tensor, numbered: Any, after: tf.Tensor) -> Any:
        number, batch = numbered
        waited, begin, _ = tf.unstack(stamps)
        begin = tf.where(number == _FIRST_STEPS, before, begin)
        waited += tf.where(number >= _FIRST_STEPS, after - before, tf.zeros_like(waited))
        stamps.assign([waited, begin, after])
        return batch

    stamped = tf.data.Dataset.zip((now(), batches.enumerate(), now())).map(note)
    options = tf.data.Options()
    # A prefetch put behind the stamps would do the waiting in the consumer's place.
    options.experimental_optimization.inject_prefetch = False
    return stamped.with_options(options)
