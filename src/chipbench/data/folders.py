"""Images as files in one folder per class, as CreateML reads them."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds

from chipbench.data.catalog import Entry
from chipbench.data.writing import check_space, shown
from chipbench.ground.files import locked


def written(
    folder: Path,
    entry: Entry,
    builder_of: Callable[[], Any],
    splits: Mapping[str, tuple[str, int]],
) -> Path:
    """`folder` with `<name>/<class>/<number>.<encoding>`, written whole or not at all, once.

    `splits`: name → (TFDS split, number of examples). The bytes are the data set's own.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            builder = builder_of()
            number = sum(examples for _, examples in splits.values())
            check_space(folder.parent, number * entry.image_bytes)
            new = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(new, ignore_errors=True)  # what an interrupted writer left
            for name, (split, examples) in splits.items():
                _write(new / name, builder, f"{split}[:{examples}]", examples, entry.encoding)
            new.rename(folder)
    return folder


def _write(folder: Path, builder: Any, split: str, number: int, encoding: str) -> None:
    classes = builder.info.features["label"].names
    for label in classes:
        (folder / label).mkdir(parents=True)
    for place, example in enumerate(shown(folder.name, number, _encoded(builder, split))):
        path = folder / classes[int(example["label"])] / f"{place:06d}.{encoding}"
        path.write_bytes(example["image"])


def _encoded(builder: Any, split: str) -> Iterator[dict[str, Any]]:
    """The examples of a split with their images as they are stored."""
    data = builder.as_dataset(
        split=split,
        shuffle_files=False,
        decoders={"image": tfds.decode.SkipDecoding()},
        read_config=tfds.ReadConfig(try_autocache=False),
    )
    yield from data.as_numpy_iterator()
