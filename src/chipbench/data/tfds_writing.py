"""Writing a TFDS data set into the cache, whole or not at all."""

import io
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import tensorflow_datasets as tfds

from chipbench.data.dataset_folders import WITHOUT_TENSORFLOW, WRITTEN_VERSION
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.files import free_bytes
from chipbench.ground.sealed_files import flaw, made
from chipbench.terminal.messages import announce
from chipbench.terminal.progress_bar import Bar

T = TypeVar("T")
#: TFDS knows the published data set by the same name.
_UNREGISTERED = {"skip_registration": True}
Examples = Iterator[tuple[int, dict[str, Any]]]


def written(
    folder: Path, name: str, features: Any, splits: Mapping[str, tuple[int, Examples]], size: int
) -> Any:
    """The builder of the data set in `folder`, written from `splits` if it is not there yet.

    `splits`: name → (number of examples, the examples with their keys); `size`: bytes to expect.
    Only TensorFlow reads TFRecord files as tf.data, and only with it TFDS writes them; without it
    they are in another format, in a folder beside.
    """
    if _file_format() != "tfrecord" and flaw(folder / name) is not None:
        folder = folder / _file_format()

    def write(home: Path) -> None:
        check_space(home.parent, size)
        _write(home.parent, name, features, splits)

    return tfds.builder_from_directory(made(folder / name, write) / WRITTEN_VERSION)


def _file_format() -> str:
    """What TFDS can write here."""
    if find_spec("tensorflow") is not None:
        return "tfrecord"
    by_record, by_file = WITHOUT_TENSORFLOW
    return by_file if find_spec("array_record") is None else by_record


def _write(
    folder: Path, name: str, features: Any, splits: Mapping[str, tuple[int, Examples]]
) -> None:
    class Written(tfds.core.GeneratorBasedBuilder, **_UNREGISTERED):  # type: ignore[misc]
        """The data set as TFDS builds one; it has no types."""

        VERSION = tfds.core.Version(WRITTEN_VERSION)

        def _info(self) -> Any:
            # Not shuffled: the examples already come in random order.
            return tfds.core.DatasetInfo(builder=self, features=features, disable_shuffling=True)

        def _split_generators(self, _downloads: Any) -> Any:
            return {split: shown(split, *parts) for split, parts in splits.items()}

        def _generate_examples(self) -> Any:
            raise NotImplementedError  # the generators are there already

    Written.name = name
    tfds.display_progress_bar(False)
    with redirect_stdout(io.StringIO()):  # TFDS speaks of a download, and there is none
        Written(data_dir=folder, file_format=_file_format()).download_and_prepare()
    tfds.display_progress_bar(True)


def shown(split: str, number: int, examples: Iterator[T]) -> Iterator[T]:
    """`examples`, with word of how many are written."""
    announce(f"writing {number:,} examples of the {split} split, once")
    with Bar("examples", stderr=True) as bar:
        for done, example in enumerate(examples):
            bar.show(f"writing {split}", done, number)
            yield example


def check_space(folder: Path, size: int) -> None:
    """Raise UnsupportedBenchmark unless the disk has room for `size` bytes and a fifth."""
    free = free_bytes(folder)
    if free < 1.2 * size:
        raise UnsupportedBenchmark(
            f"the data set takes {size / 1e9:.1f} GB, and the cache folder's disk has "
            f"{free / 1e9:.1f} GB free: use a smaller dataset.max_examples, or cache_dir=<folder> "
            "on another disk"
        )
