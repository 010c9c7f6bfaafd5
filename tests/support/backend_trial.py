"""What a back end makes of the same small training: run as `python -m support.backend_trial torch`.

Prints one JSON object. Keras has one back end in a process, so each is asked in one of its own.
"""

import json
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np

from chipbench.backends import Device, Task, backend
from chipbench.backends.building import build_model
from chipbench.backends.flops import flops_per_image
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.backends.tuned import Tuned
from chipbench.config.compose import compose_config
from chipbench.data import Arrays, DataSet

_IMAGES, _BATCH_SIZE, _EPOCHS = 88, 16, 2  # the last batch is a part


def data_set() -> DataSet:
    """Ten classes of noise around a grey level of their own."""
    generator = np.random.default_rng(5)
    labels = generator.integers(0, 10, _IMAGES)
    images = generator.normal(25 * labels[:, None, None, None], 20, (_IMAGES, 32, 32, 3))
    part = Arrays(np.clip(images, 0, 255).astype("uint8"), labels.astype("int64"))
    names = tuple(map(str, range(10)))
    return DataSet("d", "generated", names, part, part, _IMAGES, _IMAGES)


def task_of(name: str, words: list[str]) -> Task:
    """The training with these overrides."""
    common = [f"backend={name}", f"batch_size={_BATCH_SIZE}", f"epochs={_EPOCHS}"]
    config = compose_config("train", [*common, "machine.accelerator=cpu", *words])
    opened, data = backend(name), data_set()
    opened.start(verbose=False, accelerator="cpu")
    create = {"_target_": "keras.optimizers.Adam", "learning_rate": 0.001}
    optimizer = ChosenOptimizer("adam", "adam", None, create)

    def build() -> Any:
        return build_model(config, data, optimizer, opened.always_compiled)

    device = Device("cpu", "c", lambda: opened.synchronize("cpu"))
    if name == "tensorflow":
        from chipbench.backends.tensorflow.device import TensorFlowDevice

        device = TensorFlowDevice("cpu", "c", device.synchronize)
    return Task(config, data, build, device, None)


def curve(name: str, *words: str) -> tuple[list[list[float]], Any]:
    """Loss, accuracy, and these of the validation, of each epoch; and the loop."""
    task = task_of(name, list(words))
    loop = backend(name).loop(task)
    epochs: list[list[float]] = []
    bar: Any = SimpleNamespace(is_drawn=False, epoch=lambda number: None)
    loop.train(lambda e: epochs.append([e.loss, e.accuracy, e.val_loss, e.val_accuracy]), bar)
    return epochs, loop


def decoded(name: str, cache_gb: int) -> int:
    """How many images two passes over a stream decode."""
    if name == "tensorflow":
        return 0  # tf.data's own, see test_feed.py
    from chipbench.backends import batches

    task = task_of(name, [f"protocol.cache_gb={cache_gb}", "dataset.in_memory=false"])
    made = batches.Batches(task.data.train, task.config)
    seen: list[int] = []
    images = made._images

    class Counted:
        def __len__(self) -> int:
            return len(images)

        def __getitem__(self, number: int) -> Any:
            seen.append(number)
            return images[number]

    made._images = Counted()  # type: ignore[assignment]  # as far as it is used
    for _ in range(2):
        for index in range(len(made)):
            made[index]
        made.on_epoch_end()
    return len(seen)


def main(name: str) -> None:
    """Train by both protocols, from arrays and from a stream."""
    article, loop = curve(name)
    tuned, tuned_loop = curve(name, "protocol=tuned", "protocol.slices=1")
    assert isinstance(tuned_loop, Tuned)
    streamed, streaming = curve(name, "dataset.in_memory=false")
    task = task_of(name, [])
    first = task.build()
    part = task.data.train
    assert isinstance(part, Arrays)
    images = part.images[:_BATCH_SIZE] / np.float32(255)
    step = first.train_on_batch(images, part.labels[:_BATCH_SIZE], return_dict=True)
    weights = [float(np.abs(weight).sum()) for weight in task.build().get_weights()]
    again = [float(np.abs(weight).sum()) for weight in loop.model.get_weights()]
    print(
        json.dumps(
            {
                "weights": weights,
                "trained_weights": again,
                "first_loss": float(step["loss"]),
                "article": article,
                "tuned": tuned,
                "streamed": streamed,
                "layers": dict(tuned_loop.tags()).get("layers"),
                "parameters": loop.model.count_params(),
                "flops": flops_per_image(loop.model),
                "waits": [f.wait_percent(loop.model, 0.1) for f in (loop.feed, streaming.feed)],
                "sample": list(streaming.feed.sample().shape),
                "decoded": {str(size): decoded(name, size) for size in (0, 1)},
                "imported": sorted({"tensorflow", "torch", "jax"} & set(sys.modules)),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
