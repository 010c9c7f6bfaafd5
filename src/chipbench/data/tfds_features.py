"""A data set by the name that TFDS knows it by."""

from typing import Any

import tensorflow_datasets as tfds

from chipbench.config.spelling_suggestion import hint
from chipbench.data.dataset_metadata import Entry
from chipbench.ground.errors import ConfigurationError

_NEEDED = ("image", "label")


def features_of(entry: Entry) -> Any:
    """What each example of the data set has.

    Raises ConfigurationError for a name that TFDS has not, and for examples that are no labelled
    images.
    """
    try:
        features = tfds.builder(entry.tfds_name).info.features
    except tfds.core.DatasetNotFoundError:  # whose message lists all that there are
        near = hint(entry.tfds_name, tfds.list_builders())
        raise ConfigurationError(
            f"tfds_name={entry.tfds_name}: TFDS has no such data set{near}; see the ENTRY in "
            "src/chipbench/data/, and tensorflow.org/datasets/catalog for all"
        ) from None
    missing = [name for name in _NEEDED if name not in features]
    if missing:
        raise ConfigurationError(
            f"tfds_name={entry.tfds_name}: its examples have no {' and no '.join(missing)}; a "
            "training needs labelled images"
        )
    return features
