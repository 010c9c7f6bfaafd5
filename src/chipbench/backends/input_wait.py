"""How long a training waits for its next batch, watched in Python."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from chipbench.backends.backend import Task

_FIRST_STEPS = 3  # while the pipeline starts
_BUDGET_S = 2.0
_MOST_STEPS = 200


def wait_percent(
    batches: Callable[[], Iterator[Any]], task: Task, model: Any, step_s: float
) -> float | None:
    """Share of the time of some training steps that went by waiting for one of `batches`.

    `step_s` is what a step takes, which says how many fit into a few seconds. None if there are too
    few batches. The model is left as it was.
    """
    import keras

    steps = _FIRST_STEPS + max(_FIRST_STEPS, min(_MOST_STEPS, int(_BUDGET_S / step_s)))
    stamps: list[tuple[float, float]] = []  # when a batch was asked for, and when it was there
    source = batches()

    def stamped() -> Iterator[Any]:
        for _ in range(steps):
            asked_s = perf_counter()
            batch = next(source, None)
            if batch is None:
                return
            stamps.append((asked_s, perf_counter()))
            yield batch

    # Each step ends before the next batch is asked for; else a GPU's host would ask far ahead.
    in_step = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: task.device.synchronize()
    )
    with unchanged(model), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras warns where there are fewer batches
        model.fit(stamped(), epochs=1, shuffle=False, verbose=0, callbacks=[in_step])
    counted = stamps[_FIRST_STEPS:]
    if len(counted) < 2:
        return None
    waited_s = sum(there_s - asked_s for asked_s, there_s in counted)
    return 100 * waited_s / (counted[-1][1] - counted[0][0])


@contextmanager
def unchanged(model: Any) -> Iterator[None]:
    """Put the model's and its optimizer's variables back afterwards."""
    variables = [*model.variables, *model.optimizer.variables]
    values = [variable.numpy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
