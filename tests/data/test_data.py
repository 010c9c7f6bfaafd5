import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds
from omegaconf import DictConfig

from chipbench import data
from chipbench.backends.tensorflow.reading import arrays, images_of
from chipbench.data import food101_10pct, generated, source, subset
from chipbench.data.cifar10 import ENTRY as CIFAR10
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark

Compose = Callable[..., DictConfig]


def labels_of(loaded: data.DataSet) -> np.ndarray:
    return np.array([int(label) for _, label in images_of(loaded.train).as_numpy_iterator()])


def test_generated_cifar10_is_a_tfds_data_set_of_png_images(compose: Compose, cache: Path) -> None:
    loaded = data.load(compose("dataset=cifar10", "dataset.max_examples=500").dataset, cache)
    assert (loaded.train_examples, loaded.validation_examples, loaded.classes) == (500, 100, 10)
    images, labels = arrays(loaded.train, 500)
    assert images.shape == (500, 32, 32, 3) and images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [50] * 10
    (folder,) = (cache / "generated").glob("cifar10-500-100-*/cifar10/1.0.0")
    builder = tfds.builder_from_directory(folder)
    raw = builder.as_dataset(split="test", decoders={"image": tfds.decode.SkipDecoding()})
    assert all(e["image"].startswith(b"\x89PNG") for e in raw.as_numpy_iterator())
    assert builder.info.splits["test"].num_examples == 100
    stored = builder.info.splits.total_num_examples
    assert 2_000 < sum(f.stat().st_size for f in folder.glob("*.tfrecord*")) / stored < 3_000


def test_generated_data_are_the_same_twice(compose: Compose, tmp_path: Path) -> None:
    config = compose("dataset=cifar100", "dataset.max_examples=200").dataset
    first, _ = arrays(data.load(config, tmp_path / "a").train, 200)
    second, labels = arrays(data.load(config, tmp_path / "b").train, 200)
    assert (first == second).all()
    assert len(set(labels.tolist())) == 100


def test_generated_food101_has_jpegs_of_the_originals_size(compose: Compose, cache: Path) -> None:
    config = compose("dataset=food101", "dataset.max_examples=24").dataset
    loaded = data.load(config, cache)
    assert (loaded.train_examples, loaded.validation_examples, loaded.classes) == (24, 8, 101)
    for image, _ in images_of(loaded.train).as_numpy_iterator():
        assert max(image.shape[:2]) == 512 and image.shape[2] == 3
    (folder,) = (cache / "generated").glob("food101-24-8-*/food101/1.0.0")
    size = sum(f.stat().st_size for f in folder.glob("*.tfrecord*")) / 32
    assert 30_000 < size < 80_000


def test_a_class_has_more_in_common_than_all_images_have() -> None:
    generator = np.random.default_rng(0)
    patterns = generated.class_patterns(2)
    means = [
        generated.draw(np.repeat(p[None], 200, axis=0), (32, 32), generator).mean(axis=0)
        for p in patterns
    ]
    assert np.abs(means[0] - means[1]).mean() > 8


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["dataset=cifar10", "dataset.max_examples=50001"], "50,000 training images"),
        (["dataset=digits", "dataset.source=tfds"], "has only bundled"),
        (["dataset=cifar10", "dataset.source=bundled"], "has only tfds, generated"),
        (["dataset=cifar10", "dataset.source=tfds", "dataset.data_dir=/no/folder"], "data_dir"),
        (["dataset=cifar10", "dataset.source=tfds", "dataset.data_dir=/etc/hosts"], "data_dir"),
    ],
)
def test_a_wrong_key_is_named(
    overrides: list[str], message: str, compose: Compose, cache: Path
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        data.load(compose(*overrides).dataset, cache)


def test_without_a_network_the_remedies_are_named(
    compose: Compose, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens there
    config = compose("dataset=cifar10", "dataset.source=tfds", f"dataset.data_dir={tmp_path}")
    begin = time.monotonic()
    with pytest.raises(UnsupportedBenchmark) as caught:
        data.load(config.dataset, cache)
    assert time.monotonic() - begin < 30
    message = str(caught.value)
    for part in ("cifar10", str(tmp_path), "dataset.data_dir=", "dataset.source=generated"):
        assert part in message


def test_prepared_data_are_read_from_data_dir_without_a_network(
    compose: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = str(tfds.builder("cifar10").version)
    written = generated.builder(CIFAR10, 60, 20, tmp_path)
    home = tmp_path / "prepared" / "cifar10"
    home.mkdir(parents=True)
    Path(written.data_dir).rename(home / version)
    info = home / version / "dataset_info.json"
    info.write_text(info.read_text().replace("1.0.0", version))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    config = compose(
        "dataset=cifar10",
        "dataset.source=tfds",
        f"dataset.data_dir={tmp_path / 'prepared'}",
        "dataset.max_examples=30",
    )
    loaded = data.load(config.dataset, tmp_path)
    assert loaded.source == "tfds"
    assert len(labels_of(loaded)) == 30


def test_a_share_of_every_class_is_chosen_with_a_seed() -> None:
    labels = np.repeat(np.arange(101), 750)
    chosen = subset.choose(labels, 0.1, seed=42)
    assert np.bincount(labels[chosen]).tolist() == [75] * 101
    assert (chosen == subset.choose(labels, 0.1, seed=42)).all()
    assert (chosen != subset.choose(labels, 0.1, seed=43)).any()


def test_the_tenth_of_food101_keeps_the_original_bytes(tmp_path: Path) -> None:
    entry = food101_10pct.ENTRY
    whole = generated.builder(entry, 202, 10, tmp_path)
    tenth = subset.builder(entry, whole, tmp_path)
    assert tenth.info.splits["train"].num_examples == 101  # one of two of each class
    decoders = {"image": tfds.decode.SkipDecoding()}
    originals = {
        example["image"]
        for example in whole.as_dataset(split="train", decoders=decoders).as_numpy_iterator()
    }
    for example in tenth.as_dataset(split="train", decoders=decoders).as_numpy_iterator():
        assert example["image"] in originals


def test_the_tenth_states_75_and_25_images_of_every_class() -> None:
    entry = food101_10pct.ENTRY
    assert (entry.train_examples, entry.validation_examples) == (75 * 101, 25 * 101)
    assert source._sizes(entry, None) == (7_575, 2_525)


def test_digits_are_all_there_once(compose: Compose, cache: Path) -> None:
    loaded = data.load(compose("dataset=digits").dataset, cache)
    images, labels = arrays(loaded.train, loaded.train_examples)
    held_out, _ = arrays(loaded.validation, loaded.validation_examples)
    assert images.shape == (1437, 32, 32, 3) and held_out.shape == (360, 32, 32, 3)
    assert images.max() == 255 and (images[..., 0] == images[..., 2]).all()
    assert np.bincount(labels).min() > 135


def test_an_interrupted_generation_is_not_taken_for_whole(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from chipbench.data import generated;"
        "from chipbench.data.cifar10 import ENTRY;"
        f"generated.builder(ENTRY, 50000, 100, Path({str(tmp_path)!r}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    deadline = time.monotonic() + 200
    while not list(tmp_path.rglob("*incomplete*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(tmp_path.rglob("*incomplete*")), "it was not killed while it wrote"
    assert not list(tmp_path.rglob("cifar10/1.0.0"))
    folder = next((tmp_path / "generated").iterdir())
    small = generated.builder(CIFAR10, 50, 10, tmp_path)
    folder_of_small = next((tmp_path / "generated").glob("cifar10-50-10-*"))
    folder_of_small.rename(tmp_path / "done")
    assert small.info.splits["train"].num_examples == 50
    assert [p.name for p in folder.rglob("dataset_info.json")] == []
