"""What TensorFlow gives to `protocol=tuned`: graph calls of whole epochs, and folded backbones."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from omegaconf import DictConfig

from chipbench.backends.backend import Task
from chipbench.backends.feed import as_taken
from chipbench.backends.processor_alone import company
from chipbench.backends.tensorflow.feed import unshuffled
from chipbench.backends.tensorflow.graph_loop import (
    Examples,
    GraphLoop,
    fastest_slices,
    has_training_batch_norm,
)
from chipbench.backends.tensorflow.split_reading import arrays, untuned
from chipbench.backends.tensorflow.threads import TensorFlowDevice
from chipbench.backends.tuned import Array, Epochs, Orders, answers, array_orders
from chipbench.ground import tags
from chipbench.ground.errors import ConfigurationError
from chipbench.hardware import OtherLoad
from chipbench.terminal.quiet_libraries import quiet_stderr


class Graphs:
    """Slices of a batch side by side, as a short trial finds them fastest; in company none."""

    def __init__(self, task: Task) -> None:
        assert isinstance(task.device, TensorFlowDevice)
        self._task = task
        self._threads = task.device.threads
        self._slices = 1
        self._company: str | None = None

    @property
    def chosen(self) -> Mapping[str, object]:
        """The slices, and why there are none where others use the processor."""
        why = None if self._company is None else f"whole batches, {self._company}"
        return {tags.SLICES: self._slices, tags.STEP: why}

    def prepare(self, examples: Examples | None) -> None:
        """Choose the slices, on models that are thrown away."""
        task = self._task
        wanted, size = task.config.protocol.slices, task.config.batch_size
        if wanted != "auto" and size % wanted:
            raise ConfigurationError(f"protocol.slices={wanted}: must divide batch_size={size}")
        if wanted != "auto":
            self._slices = int(wanted)
        elif (
            task.device.kind == "cpu"
            and examples is not None
            and answers(examples.labels) == 1
            and not has_training_batch_norm(task.build())
        ):
            watch = OtherLoad()
            found = fastest_slices(task.build, examples, size, self._threads)
            self._company = company(watch)
            self._slices = found if self._company is None else 1

    def epochs(self, model: Any) -> Epochs:
        """One graph call each for training and validation."""
        return GraphLoop(model, self._task.config.batch_size, self._slices, self._threads)

    def images(self, split: str) -> tuple[Any, Any]:
        """As arrays; of a streamed data set decoded and resized by tf.data."""
        config, data = self._task.config, self._task.data
        part = getattr(data, split)
        if not config.dataset.in_memory:
            batches = unshuffled(part, config).as_numpy_iterator()
            images, labels = zip(*batches, strict=True)
            return np.concatenate(images), np.concatenate(labels)
        images, labels = arrays(part, getattr(data, f"{split}_examples"))
        return as_taken(images, config), labels

    def hold(self, inputs: Any, labels: Any) -> Examples:
        """As tensors."""
        return Examples(tf.constant(inputs), tf.constant(labels, tf.int64))

    def extract(self, frozen: Any, split: str) -> tuple[Array, Array]:
        """By the folded graph of `frozen`."""
        return extract(frozen, unshuffled(getattr(self._task.data, split), self._task.config))

    def orders(self) -> Orders:
        """Those of Keras' arrays, or of tf.data's shuffle buffer."""
        return orders(self._task.config, self._task.data.train_examples)


def extract(frozen: Any, batches: tf.data.Dataset) -> tuple[Array, Array]:
    """Features float32 [n, d] and labels int64 [n] of a split, in its order."""
    call = _with_constants(frozen)
    features, labels = [], []
    for images, known in batches:
        features.append(tf.cast(call(images), tf.float32).numpy())
        labels.append(known.numpy())
    return np.concatenate(features), np.concatenate(labels)


def orders(config: DictConfig, number: int) -> Orders:
    """The order of each epoch over so many examples."""
    buffer = config.dataset.shuffle_buffer
    if buffer == 0 or config.dataset.in_memory:
        yield from array_orders(config, number)
    indices = untuned(tf.data.Dataset.range(number).shuffle(buffer, seed=config.seed))
    while True:
        yield np.fromiter(indices.as_numpy_iterator(), np.int64, number)
        iter(indices)  # `model.fit` opens one more between epochs, which draws another order


def _with_constants(frozen: Any) -> Callable[[tf.Tensor], tf.Tensor]:
    """The model's graph with its weights as constants, which TensorFlow can fold.

    A BatchNormalization then becomes part of the convolution before it.
    """
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    function = tf.function(lambda images: frozen(images, training=False))
    shape = tf.TensorSpec([None, *frozen.input_shape[1:]])
    with quiet_stderr(verbose=False):  # it tells of a session that it opens
        graph = convert_variables_to_constants_v2(function.get_concrete_function(shape))

    def call(images: tf.Tensor) -> tf.Tensor:
        (features,) = graph(images)
        return features

    return call
