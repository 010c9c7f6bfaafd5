"""Where data sets lie on the disk, told without importing TensorFlow."""

import os
from pathlib import Path

from chipbench.data.dataset_metadata import Entry
from chipbench.ground.cache import named_folder
from chipbench.ground.path_redaction import home_folder

#: Part of the cache's key: raised when the generated images change.
GENERATED_VERSION = 1
#: Of every data set that is written into the cache.
WRITTEN_VERSION = "1.0.0"
#: TFDS' formats in which it is written where there is no TensorFlow, each in a folder of its name.
#: The first is read record by record, and is not for Intel Macs.
WITHOUT_TENSORFLOW = ("array_record", "parquet")


def generated_folder(entry: Entry, train: int, validation: int, cache_dir: Path) -> Path:
    """The stand-in of `entry` with so many examples."""
    name = f"{entry.tfds_name}-{train}-{validation}-v{GENERATED_VERSION}"
    return cache_dir / "generated" / name


def is_written(folder: Path, entry: Entry) -> bool:
    """Whether `folder` in the cache has the data set; that it is whole is seen when it is read."""
    name = Path(entry.tfds_name) / WRITTEN_VERSION
    places = (folder, *(folder / written for written in WITHOUT_TENSORFLOW))
    return any((place / name).is_dir() for place in places)


def published_folder(entry: Entry, data_dir: str | None) -> Path | None:
    """Where TFDS has prepared the published files; None where it has not."""
    named = data_dir or os.environ.get("TFDS_DATA_DIR")
    if named is None and home_folder() is None:
        return None
    folder = named_folder("dataset.data_dir", named or "~/tensorflow_datasets") / entry.tfds_name
    found = sorted(folder.glob("*/dataset_info.json")) if folder.is_dir() else []
    return found[-1].parent if found else None
