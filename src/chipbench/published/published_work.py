"""What the published runs computed, in the tags of a run of chipbench's that finds it out."""

from collections.abc import Mapping

from chipbench.ground import tags
from chipbench.published import read_published

_FOUND = (tags.TRAIN_EXAMPLES, tags.MODEL_LAYERS)


def found(model: str, dataset: str) -> Mapping[str, str]:
    """Images and layers of chipbench's `model` on `dataset`; of `createml` the images alone."""
    return {
        tag: row[tag]
        for row in read_published("works")
        if (row["model"], row["dataset"]) == (model, dataset)
        for tag in _FOUND
        if row[tag]
    }
