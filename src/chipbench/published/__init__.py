"""The published results, as data that the package carries; `tables/` holds them.

The article's tables of training times say minutes; the author's own files and logs show that the
numbers are seconds, and they are read as such here.
"""

import csv
from functools import cache
from importlib.resources import files


def read_published(table: str) -> list[dict[str, str]]:
    """The rows of one table, such as `training_times`, with every value as printed."""
    text = files(__name__).joinpath("tables", f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def published_machines() -> dict[str, dict[str, object]]:
    """Machine → its facts; what the article does not state is absent."""
    return {
        row["machine"]: {
            key: value
            for key, value in row.items()
            if key != "machine" and value not in ("", "none")
        }
        for row in read_published("machines")
    }


#: The tables' names of models, by chipbench's.
MODEL_NAMES = {"tiny_vgg": "TinyVGG", "efficientnet_b0": "EfficientNetB0", "resnet50": "ResNet50"}


def training_rows(model: str, dataset: str) -> list[dict[str, str]]:
    """The published training times of chipbench's `model` on `dataset`."""
    name = MODEL_NAMES.get(model)
    return [
        row
        for row in read_published("training_times")
        if row["model"] == name and row["dataset"] == dataset
    ]


def curve_rows(model: str, dataset: str) -> list[dict[str, str]]:
    """The published learning curve of `model` on `dataset`, epoch by epoch."""
    name = MODEL_NAMES.get(model)
    return [
        row
        for row in read_published("accuracy_curves")
        if row["model"] == name and row["dataset"] == dataset
    ]
