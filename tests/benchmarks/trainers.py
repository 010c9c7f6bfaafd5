"""What `bench_train.py` runs in turns: `python trainers.py KIND FOLDER EXAMPLES SEED`.

All train TinyVGG on the same images in the same order, batch 32, float32, Adam. What trains with
`fit` takes a turn for each piece of an epoch (see `pieces.py`), the others one for all of it.
"""

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from omegaconf import DictConfig
from turns import Turn

from chipbench.benchmark import Benchmark
from chipbench.configuration import compose_config
from chipbench.workloads.training import Training
from chipbench.workloads.workload import Report

BATCH_SIZE = 32
_MANY = 10_000  # epochs; the other side says when it is enough


def config_of(protocol: str, folder: Path, examples: int, seed: int) -> DictConfig:
    """The main job's configuration, recorded in `folder`."""
    return compose_config(
        "train",
        [
            f"protocol={protocol}",
            f"dataset.max_examples={examples}",
            f"batch_size={BATCH_SIZE}",
            f"epochs={_MANY}",
            f"seed={seed}",
            f"output_dir={folder / protocol}",
            f"tracking.uri=sqlite:///{folder / 'mlflow.db'}",
        ],
    )


def arrays_of(config: DictConfig) -> tuple[Any, Any]:
    """Training and validation images (float32, 0 to 1) and labels, as the article's notebook."""
    from chipbench import data
    from chipbench.configuration import cache_dir
    from chipbench.workloads.device import import_tensorflow

    import_tensorflow(verbose=False)
    loaded = data.load(config.dataset, cache_dir(config))
    train = data.arrays(loaded.train, loaded.train_examples)
    validation = data.arrays(loaded.validation, loaded.validation_examples)
    return (train[0] / 255.0).astype("float32"), train[1], (
        (validation[0] / 255.0).astype("float32"),
        validation[1],
    )  # fmt: skip


def bare(folder: Path, examples: int, seed: int) -> None:
    """The article's notebook: arrays in memory, `model.fit`, and a clock."""
    images, labels, validation = arrays_of(config_of("article", folder, examples, seed))
    import keras
    from keras import layers

    keras.utils.set_random_seed(seed)
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
        jit_compile=False,
    )
    from pieces import Pieces

    model.fit(
        images, labels, batch_size=BATCH_SIZE, epochs=_MANY, validation_data=validation,
        shuffle=False, verbose=0, callbacks=[Pieces(Turn(), len(images), BATCH_SIZE)],
    )  # fmt: skip


def article(folder: Path, examples: int, seed: int) -> None:
    """A whole run of chipbench as the article trains: monitor, journal and delivery beside it."""

    class InPieces(Training):
        def measure(self, report: Report) -> None:
            from pieces import Pieces

            images, model = self._data.train_examples, self.trained_model()
            fit, pieces = model.fit, Pieces(Turn(), images, BATCH_SIZE)

            def fit_in_pieces(callbacks: list[Any], **inputs: Any) -> None:
                fit(callbacks=[pieces, *callbacks], **inputs)

            model.fit = fit_in_pieces
            super().measure(report)

    config = config_of("article", folder, examples, seed)
    # Half of the time is the bare script's, in pieces shorter than these intervals.
    config.monitor.interval_s *= 2
    config.tracking.delivery_interval_s *= 2
    run(InPieces, config)


def tuned(folder: Path, examples: int, seed: int) -> None:
    """A whole run of chipbench in one graph call per epoch."""
    turn = Turn()

    class InTurns(Training):
        def measure(self, report: Report) -> None:
            def reported(step: int, values: Any) -> None:
                report(step, values)
                turn.end(
                    images=self._data.train_examples,
                    training_s=values["epoch_time_s"],
                    other_s=values["validation_time_s"],
                    val_loss=values["val_loss"],
                )
                turn.begin()

            turn.begin()
            super().measure(reported)

    run(InTurns, config_of("tuned", folder, examples, seed))


def run(workload: type[Training], config: DictConfig) -> None:
    """Record it as any run; its own progress, which is part of what is measured, to stderr."""
    sys.stdout = sys.stderr
    Benchmark(config, workload).run()


def pytorch(folder: Path, examples: int, seed: int) -> None:
    """The same model in PyTorch, eager, as its tutorials train."""
    images, labels, validation = arrays_of(config_of("article", folder, examples, seed))
    import torch
    from torch import nn

    torch.manual_seed(seed)
    x, y = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels)
    val_x, val_y = (torch.from_numpy(array) for array in validation)
    val_x = val_x.permute(0, 3, 1, 2).contiguous()
    blocks = []
    for channels in (3, 10):
        blocks += [nn.Conv2d(channels, 10, 3), nn.ReLU(), nn.Conv2d(10, 10, 3), nn.ReLU()]
        blocks.append(nn.MaxPool2d(2))
    model = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(250, 10))
    adam, loss_of = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
    turn = Turn()
    while True:
        turn.begin()
        begin = perf_counter()
        for at in range(0, len(x), BATCH_SIZE):
            adam.zero_grad()
            loss_of(model(x[at : at + BATCH_SIZE]), y[at : at + BATCH_SIZE]).backward()
            adam.step()
        training_s = perf_counter() - begin
        with torch.no_grad():
            parts = range(0, len(val_x), BATCH_SIZE)
            losses = [loss_of(model(val_x[a : a + BATCH_SIZE]), val_y[a : a + BATCH_SIZE])
                      for a in parts]  # fmt: skip
            val_loss = float(torch.stack(losses).mean())
        turn.end(
            images=len(x),
            training_s=training_s,
            other_s=perf_counter() - begin - training_s,
            val_loss=val_loss,
        )


_KINDS = {"bare": bare, "article": article, "tuned": tuned, "pytorch": pytorch}


def main() -> None:
    """Run the kind of training that the command line names."""
    kind, folder, examples, seed = sys.argv[1:]
    _KINDS[kind](Path(folder), int(examples), int(seed))


if __name__ == "__main__":
    main()
