"""How fast a trained GPT reads a prompt, and generates after it with a key-value cache."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from chipbench.backends.backend import Backend, Task
from chipbench.backends.trials.tolerance import fault_in, of_layer
from chipbench.data import Arrays
from chipbench.ground import metrics
from chipbench.measure.stopwatch import Stopwatch

Array = np.ndarray[Any, Any]
_REPEATS = 5  # the median of them counts


class WrongTextError(ArithmeticError):
    """What was generated is not what the model says of the same text."""


def generates(task: Task, model: Any) -> bool:
    """Whether `model` can be asked to: one of `models.gpt`, on one device, with Keras 3."""
    if task.config.dataset.examples != "texts" or find_spec("keras.ops") is None:
        return False
    from chipbench.models.gpt_cached import is_known

    alone = task.device.replicas == 1 and task.cluster is None
    return alone and task.config.dataset.sequence_length > 1 and is_known(model)


def speeds(task: Task, opened: Backend, model: Any) -> Mapping[str, float]:
    """Tokens per second of the prompt, and of what follows it, by metric name.

    One text: the first half of a validation sequence is the prompt, and as many tokens follow as
    are left of its length, each the likeliest, one call for each. The first time, which compiles,
    is held against the model without a cache and counts apart. Raises WrongTextError.
    """
    length = task.config.dataset.sequence_length
    held = task.data.validation
    assert isinstance(held, Arrays), "texts are held in memory"
    prompt = held.inputs[0][: length // 2]
    writer = _Writer(opened, model, prompt, length)
    watch = Stopwatch(task.device.synchronize)
    watch.start()
    probabilities, tokens = writer.first()
    first_s = watch.lap()
    _hold(model, tokens, probabilities, task.config.precision)
    read, written = [], []
    for _ in range(_REPEATS):
        watch.start()
        begun = writer.read()
        read.append(len(prompt) / watch.lap())
        writer.write(begun)
        written.append((length - len(prompt)) / watch.lap())
    return {
        metrics.PROMPT_RATE: median(read),
        metrics.GENERATED_RATE: median(written),
        metrics.FIRST_GENERATION_TIME: first_s,
    }


class _Writer:
    """Reads one prompt and writes on to the end of the sequence."""

    def __init__(self, opened: Backend, model: Any, prompt: Array, length: int) -> None:
        from keras import ops

        from chipbench.models.gpt_cached import read_next, read_prompt, weights_of

        self._weights = weights_of(model)
        self._prompt = ops.convert_to_tensor(prompt, "int32")
        self._places = [
            ops.convert_to_tensor([place], "int32") for place in range(len(prompt), length)
        ]
        self._read_prompt: Callable[..., Any] = opened.compiled(read_prompt)
        self._read_next: Callable[..., Any] = opened.compiled(read_next)

    def read(self) -> Any:
        """The prompt."""
        return self._read_prompt(self._weights, self._prompt)

    def write(self, begun: Any) -> list[Any]:
        """What each token after the prompt gave; none of them is waited for."""
        said = [begun]
        for place in self._places:
            last = said[-1]
            said.append(self._read_next(self._weights, last.following, place, last.cache))
        return said

    def first(self) -> tuple[Array, Array]:
        """Probabilities [n, classes] of each token after the prompt, and the whole text."""
        from keras import ops

        said = self.write(self.read())
        probabilities = np.stack([ops.convert_to_numpy(one.probabilities) for one in said])
        written = [int(ops.convert_to_numpy(one.following)[0]) for one in said]
        prompt = ops.convert_to_numpy(self._prompt)
        return probabilities, np.concatenate([prompt, np.array(written[:-1], "int32")])


def _hold(model: Any, text: Array, probabilities: Array, precision: str) -> None:
    """The model without a cache must say the same of the same text int32 [length]."""
    whole = np.asarray(model.predict_on_batch(text[None].astype("int32")))[0]
    wrong = fault_in(probabilities, whole[-len(probabilities) :], of_layer(precision))
    if wrong is not None:
        raise WrongTextError(
            f"what was generated with a cache is {wrong}, held against the model without one: its "
            "speed says nothing"
        )
