"""Every published row as the params, metrics and tags that a measured run would have."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from chipbench.ground import metrics, tags
from chipbench.measure.fingerprint import createml_fingerprint, fingerprint
from chipbench.published import MODEL_NAMES, curve_rows, published_machines, read_published

ARTICLE = "D. Bourke, 2021: M1 Pro and M1 Max outperform Google Colab by up to 54 %"
SWEEP = "D. Bourke, 2023: mac-ml-speed-test"
#: How the keys of published results begin.
KEY_PREFIX = "published-"
_IMAGES = {"cifar10": 50_000, "cifar100": 50_000, "food101": 75_750}

#: Gives the fingerprint of a training: `of(model, dataset, batch_size, epochs)`.
FingerprintOf = Callable[[str, str, int, int], str]


@dataclass(frozen=True)
class PublishedRun:
    """One published result; `epochs` holds its learning curve, metrics by epoch."""

    key: str  # the same at every import
    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]  # without the prefix
    epochs: Mapping[int, Mapping[str, float]] = field(default_factory=dict)


def published_runs(fingerprint_of: FingerprintOf) -> Iterator[PublishedRun]:
    """All of them: trainings, exports, CreateML, and the batch-size sweeps."""
    yield from _trainings(fingerprint_of)
    yield from _exports()
    yield from _createml()
    yield from _sweeps(fingerprint_of)


def _trainings(fingerprint_of: FingerprintOf) -> Iterator[PublishedRun]:
    for row in read_published("training_times"):
        model, dataset = _model(row["model"]), row["dataset"]
        batch, epochs = int(row["batch_size"]), int(row["epochs"])
        printed = (
            f"{row['article_total']} in total, {row['article_per_epoch']} per epoch, under a head "
            "that says minutes; the author's own files show seconds"
        )
        known = _tags(row["machine"], f"{_label(model)}_{dataset}", ARTICLE, printed)
        yield PublishedRun(
            key=f"published-training-{row['machine']}-{model}-{dataset}",
            name=_name(row["machine"], f"{_label(model)}_{dataset}", f"b{batch}"),
            params=_training_params(model, dataset, batch, epochs, row["optimizer"]),
            metrics={
                metrics.TOTAL_TIME: float(row["total_time_s"]),
                metrics.TIME_PER_EPOCH: float(row["time_per_epoch_s"]),
            },
            tags=known
            | {
                tags.FINGERPRINT: fingerprint_of(model, dataset, batch, epochs),
                tags.OPTIMIZER_REQUESTED: "adam",
                tags.OPTIMIZER_USED: row["optimizer"],
                tags.TIME_INCLUDES: "building the model and its first compilation",
            },
            epochs=_curve(model, dataset, row["machine"]),
        )


def _curve(model: str, dataset: str, machine: str) -> dict[int, dict[str, float]]:
    named = (metrics.LOSS, metrics.ACCURACY, metrics.VAL_LOSS, metrics.VAL_ACCURACY)
    return {
        # The logged time of an epoch contains its validation.
        int(row["epoch"]): {name: float(row[name]) for name in named}
        | {metrics.EPOCH_TOTAL_TIME: float(row["epoch_time_s"])}
        for row in curve_rows(model, dataset)
        if row["machine"] == machine
    }


def _exports() -> Iterator[PublishedRun]:
    for row in read_published("export_times"):
        benchmark = f"export_{row['clip']}_{row['codec']}"
        parts = {"kind": "export", "benchmark": benchmark, "method": "final_cut_pro"}
        known = _tags(row["machine"], benchmark, ARTICLE, row["export_time_printed"])
        known |= {tags.PROTOCOL: "Final Cut Pro", tags.DATA_SOURCE: "footage that is not known"}
        yield PublishedRun(
            key=f"published-{benchmark}-{row['machine']}",
            name=_name(row["machine"], benchmark, "Final Cut Pro"),
            params={"clip.name": row["clip"], "codec.name": row["codec"]},
            metrics={metrics.EXPORT_TIME: float(row["export_time_s"])},
            tags=known | {tags.FINGERPRINT: fingerprint(parts), tags.METHOD: "Final Cut Pro"},
        )


def _createml() -> Iterator[PublishedRun]:
    for row in read_published("createml_times"):
        benchmark = f"createml_{row['dataset']}"
        seconds, epochs = 60 * float(row["train_time_min"]), int(row["epochs"])
        known = _tags(row["machine"], benchmark, ARTICLE, f"{row['train_time_min']} min")
        yield PublishedRun(
            key=f"published-{benchmark}-{row['machine']}",
            name=_name(row["machine"], benchmark, "CreateML"),
            params={"epochs": row["epochs"], "dataset.name": row["dataset"]},
            metrics={
                metrics.TOTAL_TIME: seconds,
                metrics.TIME_PER_EPOCH: seconds / epochs,
            },
            tags=known
            | {tags.FINGERPRINT: createml_fingerprint(benchmark), tags.ENGINE: "createml"},
        )


def _sweeps(fingerprint_of: FingerprintOf) -> Iterator[PublishedRun]:
    for row in read_published("batch_size_sweep_times"):
        model, dataset = _model(row["model"]), row["dataset"]
        batch, seconds = int(row["batch_size"]), float(row["time_per_epoch_s"])
        benchmark = f"{_label(model)}_{dataset}"
        machine = row["device"]
        yield PublishedRun(
            key=f"published-sweep-{machine}-{benchmark}-b{batch}",
            name=f"{machine} · {benchmark} · b{batch}",
            params=_training_params(model, dataset, batch, 5, "adam"),
            metrics={
                metrics.STEADY_EPOCH_TIME: seconds,
                metrics.STEADY_IMAGES_PER_SECOND: _IMAGES[dataset] / seconds,
            },
            tags={
                tags.KIND: "reference",
                tags.MACHINE: machine,
                tags.MACHINE_NAME: machine,
                tags.EXPERIMENT: benchmark,
                tags.PROTOCOL: "article",
                tags.DATA_SOURCE: "tfds",
                tags.SOURCE: SWEEP,
                tags.PRINTED: f"{row['time_per_epoch_s']} s per epoch, training only",
                tags.STATUS: "completed",
                tags.FINGERPRINT: fingerprint_of(model, dataset, batch, 5),
            },
        )


def _tags(machine: str, benchmark: str, source: str, printed: str) -> dict[str, str]:
    facts = published_machines()[machine]
    known = {
        tags.KIND: "reference",
        tags.MACHINE: machine,
        tags.MACHINE_NAME: short_name(machine),
        tags.EXPERIMENT: benchmark,
        tags.PROTOCOL: "article",
        tags.DATA_SOURCE: "tfds",
        tags.SOURCE: source,
        tags.PRINTED: printed,
        tags.STATUS: "completed",
    }
    specification = {
        tags.machine_fact(key): str(value) for key, value in facts.items() if key != "name"
    }
    price = facts.get("price_usd")
    return known | specification | ({} if price is None else {tags.PRICE: str(price)})


def short_name(machine: str) -> str:
    """A published machine's name as charts have room for it: its GPU."""
    gpu = str(published_machines()[machine]["gpu"])
    return gpu.removesuffix(" GDDR6")


def _name(machine: str, benchmark: str, variant: str) -> str:
    return f"{short_name(machine)} · {benchmark} · {variant}"


def _training_params(
    model: str, dataset: str, batch: int, epochs: int, optimizer: str
) -> dict[str, str]:
    return {
        "model.name": model,
        "dataset.name": dataset,
        "batch_size": str(batch),
        "epochs": str(epochs),
        "optimizer.name": optimizer,
        "precision": "float32",
    }


def _model(published: str) -> str:
    return next(name for name, other in MODEL_NAMES.items() if other == published)


def _label(model: str) -> str:
    return model.replace("_", "")
