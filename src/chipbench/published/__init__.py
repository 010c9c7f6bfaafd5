"""The published results, as data that the package carries; `tables/` holds them.

The article's tables of training times say minutes; the author's own files and logs show that the
numbers are seconds, and they are read as such here. Tables whose names begin with `more_` hold what
others measured with the article's notebooks.
"""

import csv
from functools import cache
from importlib.resources import files

ARTICLE = "D. Bourke, 2021: M1 Pro and M1 Max outperform Google Colab by up to 54 %"
SWEEP = "D. Bourke, 2023: mac-ml-speed-test"
_NOISE_IMAGES = 3_840
#: By batch size: of images, and of text.
SWEEP_TABLES = ("batch_size_sweep_times", "transformer_sweep_times")

#: The tables' names of models, by chipbench's.
MODEL_NAMES = {
    "tiny_vgg": "TinyVGG",
    "efficientnet_b0": "EfficientNetB0",
    "resnet50": "ResNet50",
    "small_transformer": "SmallTransformer",
}


def read_published(table: str) -> list[dict[str, str]]:
    """The rows of one table, such as `training_times`, with every value as printed."""
    text = files(__name__).joinpath("tables", f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def published_machines() -> dict[str, dict[str, object]]:
    """Machine → its facts; what was not published is absent."""
    return {
        row["machine"]: {
            key: value
            for key, value in row.items()
            if key != "machine" and value not in ("", "none")
        }
        for row in read_published("machines")
    }


def short_name(machine: str) -> str:
    """A published machine's name as tables and charts have room for it: its GPU, if it is known."""
    facts = published_machines()[machine]
    return str(facts.get("gpu") or facts["name"]).removesuffix(" GDDR6")


def training_rows(model: str, dataset: str) -> list[dict[str, str]]:
    """The published training times of chipbench's `model` on `dataset`, the article's first."""
    return [row for row in all_training_rows() if _is_of(row, model, dataset)]


def all_training_rows() -> list[dict[str, str]]:
    """Every published training time; `source` says who measured it."""
    articles = [row | {"source": ARTICLE} for row in read_published("training_times")]
    return articles + read_published("more_training_times")


def curve_rows(model: str, dataset: str) -> list[dict[str, str]]:
    """The published learning curves of `model` on `dataset`, machine by machine, epoch by epoch."""
    rows = read_published("accuracy_curves") + read_published("more_accuracy_curves")
    return [row for row in rows if _is_of(row, model, dataset)]


def sweep_rows(experiment: str, batch_size: int) -> list[dict[str, str]]:
    """The follow-up's times of `experiment`, such as resnet50_cifar100, at one batch size."""
    return [
        row
        for table in SWEEP_TABLES
        for row in read_published(table)
        if (row["experiment"], row["batch_size"]) == (experiment, str(batch_size))
    ]


def synthetic_time_s(row: dict[str, str]) -> float:
    """All epochs of a row of `synthetic_speeds`, which has images per second."""
    return _NOISE_IMAGES * int(row["epochs"]) / float(row["images_per_second"])


def time_includes(row: dict[str, str]) -> str | None:
    """What the total of a row of training times contains besides the epochs; None if nothing."""
    if row["dataset"] != "cifar10":  # the other notebook starts its timer after building the model
        return None
    return "building the model and its first compilation"


def logged_time(row: dict[str, str]) -> str | None:
    """What the logged epochs of a row whose total contains more add up to; None without a log."""
    logged = [
        float(epoch["epoch_time_s"])
        for epoch in read_published("accuracy_curves")
        if all(epoch[key] == row[key] for key in ("machine", "dataset", "model"))
    ]
    if not logged or time_includes(row) is None:
        return None
    return f"its {len(logged)} logged epochs add up to {sum(logged):.0f} s"


def export_remarks(clip: str, codec: str) -> list[str]:
    """What the article says of an export besides its time; some it says of all exports."""
    wanted = (clip, codec), ("", "")
    rows = read_published("export_remarks")
    return [row["remark"] for row in rows if (row["clip"], row["codec"]) in wanted]


def _is_of(row: dict[str, str], model: str, dataset: str) -> bool:
    return (row["model"], row["dataset"]) == (MODEL_NAMES.get(model), dataset)
