"""What takes turns in benchmarks: `trainers.py BACKEND KIND FOLDER EXAMPLES SEED TOGETHER`.

For `bench_train.py` all train TinyVGG on the same images in the same order, batch 32, float32,
Adam; for `bench_transformer.py` the small transformer on the same sequences, batch 16. TOGETHER is
how many take turns: time passes for the threads and processes beside a training while others have
theirs, so their intervals are so many times as long.
"""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

from omegaconf import DictConfig
from turns import Turn

from chipbench.backends.tuned import Tuned
from chipbench.config.compose import compose_config
from chipbench.running.benchmark import Benchmark
from chipbench.workloads.training import workload
from chipbench.workloads.training.prepared_training import PreparedTraining
from chipbench.workloads.workload import Report

_TINY_VGG = ["batch_size=32"]
_TRANSFORMER = [
    "experiment=smalltransformer_imdb", "dataset.source=generated", "batch_size=16",
]  # fmt: skip
_STEPS = 125  # of a turn, where `fit` does not train; long, for a turn starts with cold caches
_MANY = 10_000  # epochs; the other side says when it is enough


def config_of(
    words: Sequence[str],
    backend: str,
    protocol: str,
    folder: Path,
    examples: int,
    seed: int,
    together: int,
) -> DictConfig:
    """The configuration of a run with these words, recorded in `folder`."""
    config = compose_config(
        "train",
        [
            *words,
            f"backend={backend}",
            f"protocol={protocol}",
            f"dataset.max_examples={examples}",
            f"epochs={_MANY}",
            f"seed={seed}",
            f"output_dir={folder / protocol}",
            f"tracking.uri=sqlite:///{folder / 'mlflow.db'}",
        ],
    )
    config.monitor.interval_s *= together
    config.tracking.delivery_interval_s *= together
    return config


def arrays_of(config: DictConfig) -> tuple[Any, Any]:
    """Training and validation images (float32, 0 to 1) and labels, as the article's notebook."""
    from chipbench import data
    from chipbench.backends import backend
    from chipbench.data.decoding import arrays
    from chipbench.ground.cache import cache_folder

    backend(config.backend.name).start(verbose=False)
    loaded = data.load(config.dataset, cache_folder(config.cache_dir))
    train = arrays(loaded.train, loaded.train_examples)
    validation = arrays(loaded.validation, loaded.validation_examples)
    return (train[0] / 255.0).astype("float32"), train[1], (
        (validation[0] / 255.0).astype("float32"),
        validation[1],
    )  # fmt: skip


def bare(config: DictConfig) -> None:
    """The article's notebook: `model.fit` with its progress, and a clock.

    Under TensorFlow the images are tensors cut by tf.data, as there; elsewhere they are arrays.
    """
    images, labels, validation = arrays_of(config)
    import keras
    from keras import layers
    from pieces import Pieces

    keras.utils.set_random_seed(config.seed)
    model = keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(10, 3, activation="relu"),
            layers.Conv2D(10, 3, activation="relu"),
            layers.MaxPool2D(),
            layers.Conv2D(10, 3, activation="relu"),
            layers.Conv2D(10, 3, activation="relu"),
            layers.MaxPool2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=config.backend.name == "jax",
    )
    pieces = Pieces(Turn(), len(images), len(validation[0]), config.batch_size)

    if config.backend.name == "tensorflow":
        inputs = {"x": _cut(images, labels, config.batch_size)}
        inputs["validation_data"] = _cut(*validation, config.batch_size)
    else:
        inputs = {"x": images, "y": labels, "validation_data": validation}
        inputs |= {"batch_size": config.batch_size, "shuffle": False}
    with redirect_stdout(sys.stderr):  # the other side reads stdout
        model.fit(**inputs, epochs=_MANY, verbose=1, callbacks=[pieces])


def _cut(images: Any, labels: Any, batch_size: int) -> Any:
    import tensorflow as tf

    doubles = tf.data.Dataset.from_tensor_slices((images.astype("float64"), labels))
    return doubles.batch(batch_size).prefetch(tf.data.AUTOTUNE)


def article(config: DictConfig) -> None:
    """A whole run of chipbench as the article trains: monitor, journal and delivery beside it."""

    class InPieces(PreparedTraining):
        def measure(self, report: Report) -> None:
            from pieces import Pieces

            data, model = self._task.data, self.loop.model
            images, validation_images = data.train_examples, data.validation_examples
            pieces = Pieces(Turn(), images, validation_images, config.batch_size)
            fit = model.fit

            def fit_in_pieces(callbacks: list[Any], **inputs: Any) -> None:
                fit(callbacks=[pieces, *callbacks], **inputs)

            model.fit = fit_in_pieces
            super().measure(report)

    run(InPieces, config)


def tuned(config: DictConfig) -> None:
    """A whole run of chipbench in graph calls, here one for each turn, not each epoch."""
    turn, examples = Turn(), _STEPS * config.batch_size

    class InTurns(PreparedTraining):
        def measure(self, report: Report) -> None:
            assert isinstance(self.loop, Tuned)
            loop = self.loop._epochs
            train, validate = loop.train, loop.validate

            def train_in_turns(all_examples: Any, order: Any) -> tuple[float, float]:
                means = []
                for part in order.reshape(-1, examples):
                    turn.begin()
                    begin_s = perf_counter()
                    means.append(train(all_examples, part))
                    turn.end(training_s=perf_counter() - begin_s, images=len(part))
                loss, accuracy = map(fmean, zip(*means, strict=True))
                return loss, accuracy

            def validate_in_turn(examples: Any) -> Any:
                turn.begin()
                self.begin_s = perf_counter()
                return validate(examples)

            def report_in_turn(step: int, values: Any) -> None:
                report(step, values)
                turn.end(other_s=perf_counter() - self.begin_s, val_loss=values["val_loss"])

            loop.train, loop.validate = train_in_turns, validate_in_turn
            super().measure(report_in_turn)

    run(InTurns, config)


def run(prepared: type[PreparedTraining], config: DictConfig) -> None:
    """Record it as any run; its own progress, which is part of what is measured, to stderr."""
    sys.stdout = sys.stderr
    workload.PreparedTraining = prepared  # type: ignore[misc]  # what a training prepares to
    Benchmark(config, workload.Training, lambda *_: ()).run()


def pytorch(config: DictConfig) -> None:
    """The same model in PyTorch, eager, as its tutorials train."""
    images, labels, validation = arrays_of(config)
    import torch
    from torch import nn

    torch.manual_seed(config.seed)
    x, y = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels)
    val_x, val_y = (torch.from_numpy(array) for array in validation)
    val_x = val_x.permute(0, 3, 1, 2).contiguous()
    blocks = []
    for channels in (3, 10):
        blocks += [nn.Conv2d(channels, 10, 3), nn.ReLU(), nn.Conv2d(10, 10, 3), nn.ReLU()]
        blocks.append(nn.MaxPool2d(2))
    model = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(250, 10))
    adam, loss_of = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    turn, size = Turn(), config.batch_size
    while True:
        for part in range(0, len(x), _STEPS * size):
            turn.begin()
            begin_s = perf_counter()
            for at in range(part, part + _STEPS * size, size):
                adam.zero_grad()
                loss_of(model(x[at : at + size]), y[at : at + size]).backward()
                adam.step()
            images = _STEPS * size
            turn.end(training_s=perf_counter() - begin_s, images=images)
        turn.begin()
        begin_s = perf_counter()
        with torch.no_grad():
            parts = range(0, len(val_x), size)
            losses = [loss_of(model(val_x[a : a + size]), val_y[a : a + size])
                      for a in parts]  # fmt: skip
            val_loss = float(torch.stack(losses).mean())
        turn.end(other_s=perf_counter() - begin_s, val_loss=val_loss)


def script(config: DictConfig) -> None:
    """The transformer's published script, on the sequences that chipbench's run has."""
    from chipbench import data
    from chipbench.backends import backend
    from chipbench.ground.cache import cache_folder

    backend(config.backend.name).start(verbose=False)
    loaded = data.load(config.dataset, cache_folder(config.cache_dir))
    import keras
    from pieces import Pieces

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from support.published_transformer import published

    keras.utils.set_random_seed(config.seed)
    numbers = loaded.train_examples, loaded.validation_examples
    assert isinstance(loaded.train, data.Arrays) and isinstance(loaded.validation, data.Arrays)
    with redirect_stdout(sys.stderr):  # the other side reads stdout
        published().fit(
            loaded.train.inputs,
            loaded.train.labels,
            batch_size=config.batch_size,
            epochs=_MANY,
            validation_data=(loaded.validation.inputs, loaded.validation.labels),
            callbacks=[Pieces(Turn(), *numbers, config.batch_size)],
        )


_KINDS = {
    "bare": ("article", _TINY_VGG, bare),
    "article": ("article", _TINY_VGG, article),
    "tuned": ("tuned", _TINY_VGG, tuned),
    "pytorch": ("article", _TINY_VGG, pytorch),
    "script": ("article", _TRANSFORMER, script),
    "transformer": ("article", _TRANSFORMER, article),
}


def main() -> None:
    """Run the kind of training that the command line names."""
    backend, kind, folder, *numbers = sys.argv[1:]
    protocol, words, train = _KINDS[kind]
    train(config_of(words, backend, protocol, Path(folder), *map(int, numbers)))


if __name__ == "__main__":
    main()
