"""What a back end makes of the same small training: run as `python -m support.backend_trial torch`.

Prints one JSON object. Keras has one back end in a process, so each is asked in one of its own.
"""

import json
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from chipbench.backends import Device, Task, backend
from chipbench.backends.flops import flops_per_example
from chipbench.backends.initial_weights import numpy_draws
from chipbench.backends.model_building import build_model
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
        from chipbench.backends.tensorflow.threads import TensorFlowDevice

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


def frozen_difference(name: str) -> float:
    """How far the fast way through a frozen model is from Keras' own, of the largest feature."""
    import keras
    from keras import layers

    inner = keras.Sequential([layers.Input((9, 9, 3)), layers.Conv2D(4, 3, padding="same")])
    inner.add(layers.BatchNormalization())
    inner.add(layers.Conv2D(6, 4, strides=2, padding="same", use_bias=False))  # unequal sides
    inner.add(layers.DepthwiseConv2D(3, padding="same", dilation_rate=2))
    inner.add(layers.BatchNormalization(scale=False, center=False))
    images = layers.Input((9, 9, 3))
    made = layers.Activation("silu")(inner(images, training=False))
    made = layers.DepthwiseConv2D(3, strides=2, use_bias=False)(made)
    made = layers.DepthwiseConv2D(1, depth_multiplier=2, activation="relu")(made)
    made = layers.Conv2D(8, 1, groups=2)(made)
    normalized = layers.BatchNormalization()(made, training=False)
    both = layers.Add()([normalized, made])  # what the convolution gives is read twice
    model = keras.Model(images, layers.GlobalAveragePooling2D()(both))
    generator = np.random.default_rng(2)
    for weight in model.weights:
        weight.assign(generator.uniform(0.5, 1.5, weight.shape))
    batch = generator.integers(0, 256, (6, 9, 9, 3), np.uint8)
    expected = keras.ops.convert_to_numpy(model(batch.astype("float32"), training=False))
    words = ["dataset.in_memory=false", "batch_size=4", "dataset.image_size=9"]
    task = task_of(name, [*words, "model.pixel_scale=1"])
    data = replace(task.data, train=Arrays(batch, np.arange(6)), train_examples=6)
    found, _ = engine_of(name, replace(task, data=data)).extract(model, "train")
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def engine_of(name: str, task: Task) -> Any:
    """What the back end gives to the tuned protocol."""
    if name == "torch":
        from chipbench.backends.torch.tuned import Eager

        return Eager(task, "cpu")
    if name == "jax":
        from chipbench.backends.jax.tuned import Scans

        return Scans(task)
    from chipbench.backends.tensorflow.tuned import Graphs

    return Graphs(task)


def rule_differences() -> dict[str, float]:
    """How far weights are from Keras' after some steps by PyTorch's rules, by optimizer."""
    import keras

    from chipbench.backends.torch.keras_loop import KerasLoop
    from chipbench.backends.torch.loop import PlainLoop

    found = {}
    for words in ("Adam(0.01)", "SGD(0.1)", "SGD(0.05, 0.9)", "SGD(0.05, 0.9, nesterov=True)"):
        task = task_of("torch", ["protocol=tuned"])
        engine = engine_of("torch", task)
        models = [task.build(), task.build()]
        for model in models:
            model.compile(eval(f"keras.optimizers.{words}", {"keras": keras}))
        loops = [engine.epochs(models[0]), KerasLoop(models[1], _BATCH_SIZE)]
        assert isinstance(loops[0], PlainLoop)
        held = engine.hold(*engine.images("train"))
        for loop in loops:
            loop.train(held, np.arange(_IMAGES))
        kept = [
            [v.value.detach() for v in (*model.weights, *model.optimizer.variables)]
            for model in models
        ]
        found[words] = max(
            float((own - other).abs().max() / (1e-3 + other.abs().max()))
            for own, other in zip(*kept, strict=True)
        )
    return found


def scan_difference() -> float:
    """How far JAX's weights after an epoch of scans are from those of single steps."""
    from chipbench.backends.jax.tuned import Scan

    task = task_of("jax", ["protocol=tuned"])
    engine = engine_of("jax", task)
    held = engine.hold(*engine.images("train"))
    found = []
    for by_step in (False, True):
        model = task.build()
        loop = Scan(model, _BATCH_SIZE, by_step)
        means = loop.train(held, np.arange(_IMAGES)), loop.validate(held)
        found.append(np.concatenate([np.ravel(means), *map(np.ravel, model.get_weights())]))
    return float(np.abs(found[0] - found[1]).max())


def drawn_in_a_cell() -> list[float]:
    """Weights whose initializers are no attributes of their layer, but of a part of it."""
    import keras

    layer = keras.layers.GRU(2)
    with numpy_draws(3):
        layer.build((None, 5, 3))
    kernel = keras.ops.convert_to_numpy(layer.cell.kernel)
    return [float(value) for value in kernel.ravel()]


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
    images = part.inputs[:_BATCH_SIZE] / np.float32(255)
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
                "frozen_difference": frozen_difference(name),
                "rule_differences": rule_differences() if name == "torch" else {},
                "scan_difference": scan_difference() if name == "jax" else 0.0,
                "step": dict(tuned_loop.tags()).get("step"),
                "layers": dict(tuned_loop.tags()).get("layers"),
                "drawn_in_a_cell": drawn_in_a_cell(),
                "parameters": loop.model.count_params(),
                "flops": flops_per_example(loop.model),
                "waits": [f.wait_percent(loop.model, 0.1) for f in (loop.feed, streaming.feed)],
                "sample": list(streaming.feed.sample().shape),
                "decoded": {str(size): decoded(name, size) for size in (0, 1)},
                "imported": sorted({"tensorflow", "torch", "jax"} & set(sys.modules)),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
