"""Images as files in one folder per class, as CreateML reads them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chipbench.data.dataset import Records
from chipbench.data.dataset_metadata import Entry
from chipbench.data.tfds_records import Stored
from chipbench.data.tfds_writing import check_space, shown
from chipbench.ground.sealed_files import made


def written(
    folder: Path,
    entry: Entry,
    builder_of: Callable[[], Any],
    splits: Mapping[str, tuple[str, int]],
) -> Path:
    """`folder` with `<name>/<class>/<number>.<encoding>`, written once.

    `splits`: name → (TFDS split, number of examples). The bytes are the data set's own.
    """

    def write(home: Path) -> None:
        builder = builder_of()
        number = sum(examples for _, examples in splits.values())
        check_space(home.parent, number * max(entry.record_bytes, entry.generated_bytes))
        for name, (split, examples) in splits.items():
            _write(home / name, builder, f"{split}[:{examples}]", examples, entry.encoding)

    return made(folder, write)


def _write(folder: Path, builder: Any, split: str, number: int, encoding: str) -> None:
    classes = builder.info.features["label"].names
    for label in classes:
        (folder / label).mkdir(parents=True)
    stored = iter(Stored(Records(builder, split)))
    for place, example in enumerate(shown(folder.name, number, stored)):
        path = folder / classes[int(example["label"])] / f"{place:06d}.{encoding}"
        path.write_bytes(example["image"])
