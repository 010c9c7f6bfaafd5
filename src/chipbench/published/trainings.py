"""The published trainings: the article's experiments 3 and 4, and the follow-up's sweeps."""

from collections.abc import Iterator
from dataclasses import replace

from chipbench.ground import metrics, tags
from chipbench.measure.example_kinds import IMAGES, SEQUENCES
from chipbench.published import (
    ARTICLE,
    MODEL_NAMES,
    SWEEP,
    SWEEP_TABLES,
    all_training_rows,
    curve_rows,
    logged_time,
    read_published,
    synthetic_time_s,
    time_includes,
)
from chipbench.published.beside_published import SWEEP_PROTOCOL, SYNTHETIC_PROTOCOL
from chipbench.published.published_run import KEY_PREFIX, PublishedRun, reference_tags, run_name
from chipbench.published.published_work import found

#: Training examples, and what is counted of them.
_COUNTED = {
    "cifar100": (50_000, IMAGES),
    "food101": (75_750, IMAGES),
    "imdb": (25_000, replace(SEQUENCES, tokens=200)),
}
#: Whose examples Keras distributes.
_OF_KERAS = "smalltransformer_imdb"


def trainings() -> Iterator[PublishedRun]:
    """Experiments 3 and 4, by the article's author and by others with his notebooks."""
    for row in all_training_rows():
        model, dataset = _model(row["model"]), row["dataset"]
        batch, epochs = int(row["batch_size"]), int(row["epochs"])
        experiment = f"{model.replace('_', '')}_{dataset}"
        known = reference_tags(row["machine"], experiment, row["source"], _printed(row)) | {
            **found(model, dataset),
            tags.OPTIMIZER_REQUESTED: "adam",
            tags.OPTIMIZER_USED: row["optimizer"],
        }
        stated = {
            tags.TIME_INCLUDES: time_includes(row),
            tags.LOGGED_TIME: logged_time(row),
            tags.TENSORFLOW: row.get("tensorflow"),
        }
        yield PublishedRun(
            key=f"{KEY_PREFIX}training-{row['machine']}-{model}-{dataset}",
            name=run_name(row["machine"], experiment, f"b{batch}"),
            params=_params(model, dataset, batch, epochs) | {"optimizer.name": row["optimizer"]},
            metrics={
                metrics.TOTAL_TIME: float(row["total_time_s"]),
                metrics.TIME_PER_EPOCH: float(row["time_per_epoch_s"]),
            },
            tags=known | {tag: value for tag, value in stated.items() if value},
            epochs=_curve(model, dataset, row["machine"]),
        )


def sweeps() -> Iterator[PublishedRun]:
    """ResNet50 and a small transformer by batch size: all of `fit`, not validated."""
    for row in (row for table in SWEEP_TABLES for row in read_published(table)):
        batch, epochs = int(row["batch_size"]), int(row["epochs"])
        number, examples = _COUNTED[row["dataset"]]
        yield _sweep(
            row,
            _params(_model(row["model"]), row["dataset"], batch, epochs),
            examples.rates(number / float(row["time_per_epoch_s"])),
        )


def synthetics() -> Iterator[PublishedRun]:
    """ResNet50 on noise, by speed, and the power that was seen with it where it was."""
    for row in read_published("synthetic_speeds"):
        model, dataset, machine = _model(row["model"]), row["dataset"], row["machine"]
        batch, epochs, speed = (row[key] for key in ("batch_size", "epochs", "images_per_second"))
        power = {metrics.POWER_PEAK: float(row["power_w"])} if row["power_w"] else {}
        time_s = synthetic_time_s(row)
        printed = f"{speed} images per second" + (f" at {row['power_w']} W" if power else "")
        yield PublishedRun(
            key=f"{KEY_PREFIX}synthetic-{machine}-{row['experiment']}",
            name=run_name(machine, row["experiment"], f"b{batch}"),
            params=_params(model, dataset, int(batch), int(epochs))
            | {"optimizer.name": row["optimizer"]},
            metrics={
                metrics.TOTAL_TIME: time_s,
                metrics.TIME_PER_EPOCH: time_s / int(epochs),
                metrics.IMAGES_PER_SECOND: float(speed),
                **power,
            },
            tags=reference_tags(machine, row["experiment"], row["source"], printed)
            | {
                tags.PROTOCOL: SYNTHETIC_PROTOCOL,
                tags.DATA_SOURCE: "bundled",
                tags.OPTIMIZER_USED: row["optimizer"],
                **found(model, dataset),
            },
        )


def _sweep(row: dict[str, str], params: dict[str, str], speed: dict[str, float]) -> PublishedRun:
    machine, experiment = row["machine"], row["experiment"]
    seconds, variant = float(row["time_per_epoch_s"]), f"b{row['batch_size']}"
    printed = f"{row['time_per_epoch_s']} s per epoch, training only"
    return PublishedRun(
        key=f"{KEY_PREFIX}sweep-{machine}-{experiment}-{variant}",
        name=run_name(machine, experiment, variant),
        params=params | {"optimizer.name": "adam"},
        metrics={
            metrics.TOTAL_TIME: seconds * int(row["epochs"]),
            metrics.TIME_PER_EPOCH: seconds,
            **speed,
        },
        tags=reference_tags(machine, experiment, SWEEP, printed)
        | {
            tags.PROTOCOL: SWEEP_PROTOCOL,
            tags.DATA_SOURCE: "keras" if experiment == _OF_KERAS else "tfds",
            tags.OPTIMIZER_USED: "adam",
            **found(params["model.name"], params["dataset.name"]),
            tags.TIME_INCLUDES: "the compilation in the first epoch",
        },
    )


def _printed(row: dict[str, str]) -> str:
    if row["source"] != ARTICLE:
        return f"{row['total_time_s']} s in total, measured {row['measured']}"
    return (
        f"{row['article_total']} in total, {row['article_per_epoch']} per epoch, under a head that "
        "says minutes; the author's own files show seconds"
    )


def _curve(model: str, dataset: str, machine: str) -> dict[int, dict[str, float]]:
    named = {
        name: name
        for name in (metrics.LOSS, metrics.ACCURACY, metrics.VAL_LOSS, metrics.VAL_ACCURACY)
    }
    # The logged time of an epoch contains its validation.
    named["epoch_time_s"] = metrics.EPOCH_TOTAL_TIME
    return {
        int(row["epoch"]): {
            name: float(row[column]) for column, name in named.items() if column in row
        }
        for row in curve_rows(model, dataset)
        if row["machine"] == machine
    }


def _params(model: str, dataset: str, batch: int, epochs: int) -> dict[str, str]:
    return {
        "model.name": model,
        "dataset.name": dataset,
        "batch_size": str(batch),
        "epochs": str(epochs),
        "precision": "float32",
    }


def _model(published: str) -> str:
    return next(name for name, other in MODEL_NAMES.items() if other == published)
