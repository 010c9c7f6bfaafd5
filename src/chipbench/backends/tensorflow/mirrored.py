"""`model.fit` with tf.data, on one device or mirrored over several."""

from typing import Any

from chipbench.backends.backend import Task
from chipbench.backends.fit import Fit
from chipbench.backends.tensorflow.feed import feed_of, first_batches
from chipbench.backends.tensorflow.threads import TensorFlowDevice
from chipbench.measure.stopwatch import Stopwatch

_RATE_STEPS = 50  # of one replica alone


def fit(task: Task) -> Fit:
    """The article's loop; before it, where there are replicas, the speed of one alone."""
    assert isinstance(task.device, TensorFlowDevice)
    replicas, feed = task.device.mirrored, feed_of(task)
    rate = None
    if replicas.number > 1:
        rate = _rate_of_one(task, feed.train, replicas.batch_size(task.config.batch_size))
    with replicas.scope():
        model = task.build()
    return Fit(task, model, feed, rate)


def _rate_of_one(task: Task, train: Any, share: int) -> float:
    """Images per second of one replica alone: the second of two short trainings."""
    model, batches = task.build(), first_batches(train, share, _RATE_STEPS)
    model.fit(batches, verbose=0, shuffle=False)
    stopwatch = Stopwatch(task.device.synchronize)
    stopwatch.start()
    model.fit(batches, verbose=0, shuffle=False)
    return share * _RATE_STEPS / stopwatch.lap()
