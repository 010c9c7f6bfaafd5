"""The records of a TFDS split, read without TensorFlow: in their order, or any of them.

TFDS stores examples as protocol buffers, in files of TFRecord's framing (a length of eight bytes,
its checksum of four, the example, its checksum of four: TensorFlow's guide "TFRecord and
tf.train.Example"), or in array_record or Parquet files, which have an index of their own.
"""

import os
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from chipbench.data.dataset import Array, Records

_HEAD, _TAIL = 12, 4  # bytes around an example

#: A stored example: the image as it was encoded, the label, and what else the data set has.
Example = dict[str, Any]


class Stored:
    """The examples of a split by their number; threads may read at the same time."""

    def __init__(self, split: Records) -> None:
        """Find where each lies; nothing else is read yet."""
        from tensorflow_datasets.core.file_adapters import FileFormat

        self._files: list[int] = []
        self._source: Any | None = None
        if split.builder.info.file_format in FileFormat.with_random_access():
            self._source = _data_source(split)
            places = np.arange(len(self._source))[:, None]
        else:
            found = [_places(self._open(part.filename), part) for part in _parts(split)]
            places = np.concatenate(found) if found else np.empty((0, 3), np.int64)
        self._places = places[split.shard_index :: split.shards]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Example:
        """Raises IndexError beyond the last."""
        place = self._places[number]
        if self._source is not None:
            return dict(self._source[int(place[0])])
        file, start, size = (int(part) for part in place)
        return _parsed(os.pread(file, size, start))

    def __iter__(self) -> Iterator[Example]:
        return (self[number] for number in range(len(self)))

    def __del__(self) -> None:
        for file in self._files:
            os.close(file)

    def _open(self, path: str) -> int:
        self._files.append(os.open(path, os.O_RDONLY))
        return self._files[-1]


def _parts(split: Records) -> Any:
    return split.builder.info.splits[split.split].file_instructions


def _data_source(split: Records) -> Any:
    import tensorflow_datasets as tfds

    skip = {"image": tfds.decode.SkipDecoding()}
    return split.builder.as_data_source(split.split, decoders=skip)


def _places(file: int, part: Any) -> Array:
    """File, start and size of each record that belongs to the part of a split: int64 [n, 3]."""
    places, start = [], 0
    while head := os.pread(file, _HEAD, start):
        (size,) = struct.unpack("<Q", head[:8])
        places.append((file, start + _HEAD, size))
        start += _HEAD + size + _TAIL
    last = None if part.take < 0 else part.skip + part.take
    return np.array(places[part.skip : last], np.int64).reshape(-1, 3)


def _parsed(data: bytes) -> Example:
    from tensorflow_datasets.proto import tf_example_pb2

    example: Example = {}
    for name, feature in tf_example_pb2.Example.FromString(data).features.feature.items():
        kind = feature.WhichOneof("kind")
        values = getattr(feature, kind).value if kind else []
        example[name] = values[0] if len(values) == 1 else list(values)
    return example
