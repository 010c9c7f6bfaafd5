"""A seeded share of every class of a data set, written once into the cache as TFDS data."""

from pathlib import Path
from typing import Any

import numpy as np

from chipbench.data.dataset import Records
from chipbench.data.dataset_metadata import Entry
from chipbench.data.tfds_records import Stored
from chipbench.data.tfds_writing import Examples, written


def builder(entry: Entry, whole: Any, cache_dir: Path) -> Any:
    """The builder of `entry.subset` of `whole` (a prepared builder), original bytes kept."""
    share = f"{entry.subset:g}-seed{entry.subset_seed}"
    folder = cache_dir / "subsets" / f"{entry.tfds_name}-{whole.version}-{share}"
    splits = {
        "train": (entry.train_examples, _chosen(entry, whole, "train")),
        entry.validation_split: (
            entry.validation_examples,
            _chosen(entry, whole, entry.validation_split),
        ),
    }
    size = (entry.train_examples + entry.validation_examples) * entry.record_bytes
    return written(folder, entry.tfds_name, whole.info.features, splits, size)


def choose(labels: np.ndarray[Any, Any], share: float, seed: int) -> np.ndarray[Any, Any]:
    """Sorted indices of `share` of every class of `labels` [n], drawn with `seed`."""
    generator = np.random.default_rng(seed)
    chosen = [
        generator.permutation(np.flatnonzero(labels == label))[
            : max(1, round(share * int((labels == label).sum())))
        ]
        for label in np.unique(labels)
    ]
    return np.sort(np.concatenate(chosen))


def _chosen(entry: Entry, whole: Any, split: str) -> Examples:
    """The chosen examples of a split; no image is decoded."""
    assert entry.subset is not None
    stored = Stored(Records(whole, split))
    labels = np.array([example["label"] for example in stored])
    for index in choose(labels, entry.subset, entry.subset_seed).tolist():
        yield index, stored[index]
