"""Whether prepared data are the published ones: held against what TFDS and their authors state.

TFDS publishes no checksum of single records. Those of the first and the last are kept with a run,
so that two machines' can be compared.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import tensorflow_datasets as tfds

from chipbench.data.dataset import Records
from chipbench.data.dataset_metadata import Entry
from chipbench.data.dataset_option import entry_of
from chipbench.data.decoding import decoded
from chipbench.data.tfds_records import Example, Stored
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.reason import reason_of

_GENERATED = b"generated_"  # what the ids of generated images begin with


def verify(entry: Entry, builder: Any) -> None:
    """Raise ConfigurationError, which names what differs, unless `builder` has the real data."""
    with readable(entry, builder.data_dir):
        wrong = next(_differences(entry, builder), None)
    if wrong is not None:
        raise _refusal(entry, builder.data_dir, wrong)


@contextmanager
def readable(entry: Entry, folder: object) -> Iterator[None]:
    """Raise ConfigurationError for whatever TFDS and its formats' readers make of damaged files."""
    try:
        yield
    except Exception as error:
        raise _refusal(entry, folder, f"it cannot be read ({reason_of(error)})") from None


def _refusal(entry: Entry, folder: object, wrong: str) -> ConfigurationError:
    return ConfigurationError(
        f"the data set in {folder} is not the published {entry.tfds_name}: {wrong}; "
        "name the folder of the real one with dataset.data_dir=<folder>, delete this one so "
        "that it is downloaded anew, or say dataset.source=generated"
    )


def checksum(records: tuple[Records, ...]) -> str:
    """Sixteen hex digits over the first and the last record of each of some splits."""
    summed = hashlib.sha256()
    for split in records:
        for example in _ends(Stored(split)):
            summed.update(example["image"] + str(int(example["label"])).encode())
    return summed.hexdigest()[:16]


def _differences(entry: Entry, builder: Any) -> Iterator[str]:
    published = entry if entry.subset is None else entry_of(entry.tfds_name)
    assert published is not None, "a subset's whole is one of TFDS"
    numbers = {
        "train": published.train_examples,
        published.validation_split: published.validation_examples,
    }
    for split, number in numbers.items():
        stated = builder.info.splits[split].num_examples if split in builder.info.splits else 0
        if stated != number:
            yield f"{stated:,} images in its {split} split, and not {number:,}"
        stored = Stored(Records(builder, split))
        if len(stored) != number:
            yield f"{len(stored):,} records in the files of its {split} split, and not {number:,}"
        for example in _ends(stored):
            yield from _wrong(example, entry, split)
    archives = (tfds.builder_cls(entry.tfds_name).url_infos or {}).values()
    size, found = sum(archive.size for archive in archives), int(builder.info.download_size or 0)
    if found != size:
        yield f"it was made of a download of {found:,} bytes, and TFDS' is of {size:,}"


def _wrong(example: Example, entry: Entry, split: str) -> Iterator[str]:
    features = tfds.builder(entry.tfds_name).info.features
    if bytes(example.get("id") or b"").startswith(_GENERATED):
        yield f"generated images in its {split} split"
    classes, label = features["label"].num_classes, int(example["label"])
    if not 0 <= label < classes:
        yield f"a label {label} in its {split} split, of {classes} classes"
    try:
        height, width, _ = decoded(example["image"]).shape
    except OSError:  # whatever Pillow cannot read
        yield f"what is no image in its {split} split"
        return
    square = features["image"].shape[0]
    if (height, width) != (square, square) if square else max(height, width) > entry.size_px:
        yield f"an image of {width} x {height} pixels in its {split} split"


def _ends(stored: Stored) -> Iterator[Example]:
    yield from (stored[number] for number in (0, len(stored) - 1))
