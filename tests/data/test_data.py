import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow_datasets as tfds
from omegaconf import DictConfig

from chipbench import data
from chipbench.backends.tensorflow.split_reading import arrays, images_of
from chipbench.data import (
    cifar10,
    dataset_source,
    dataset_verification,
    decoding,
    food101,
    food101_10pct,
    generated_datasets,
    subset,
    tfds_writing,
)
from chipbench.data.cifar10 import ENTRY as CIFAR10
from chipbench.data.generated_datasets import best_accuracy
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
    size = sum(f.stat().st_size for f in folder.glob("*.tfrecord*")) / stored
    assert size == pytest.approx(CIFAR10.generated_bytes, rel=0.02)
    assert size == pytest.approx(CIFAR10.record_bytes, rel=0.12), "about the same to read"


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "no information": lambda home: (home / "dataset_info.json").unlink(),
    "no features": lambda home: (home / "features.json").unlink(),
    "other information": lambda home: (home / "dataset_info.json").write_text("{}"),
    "records cut": lambda home: os.truncate(next(home.glob("*train*")), 1000),
    "records gone": lambda home: next(home.glob("*test*")).unlink(),
    "all gone": lambda home: [file.unlink() for file in home.iterdir()],
    "a file": lambda home: (shutil.rmtree(home), home.touch()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_data_set_of_the_cache_is_made_again(
    damage: str, compose: Compose, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = compose("dataset=cifar10", "dataset.max_examples=20").dataset
    whole = data.load(config, tmp_path).checksum
    (home,) = (tmp_path / "generated").glob("*/cifar10/1.0.0")
    capsys.readouterr()
    DAMAGES[damage](home)
    assert data.load(config, tmp_path).checksum == whole
    assert "\ncifar10 in the cache is damaged (" in capsys.readouterr().err
    data.load(config, tmp_path)
    assert not re.search("damaged|writing", capsys.readouterr().err)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_prepared_data_set_that_cannot_be_read_is_refused_in_one_line(
    text: str, real: tuple[DictConfig, Path], tmp_path: Path
) -> None:
    (real[1] / "dataset_info.json").write_text(text)
    assert "is not the published cifar10: it cannot be read (" in refusal_of(real, tmp_path)


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
    assert size == pytest.approx(food101.ENTRY.generated_bytes, rel=0.1)
    assert size == pytest.approx(food101.ENTRY.record_bytes, rel=0.1), "about the same to read"


def test_grey_images_are_read_in_three_channels_by_every_back_end(cache: Path) -> None:
    mnist = replace(CIFAR10, tfds_name="mnist", size_px=28)
    builder = generated_datasets.builder(mnist, 12, 2, cache)
    split = data.Records(builder, "train")
    images, labels = arrays(split, 12)
    assert images.shape == (12, 28, 28, 3) and images.std() > 10
    assert (images[..., 0] == images[..., 1]).all() and (images[..., 0] == images[..., 2]).all()
    without_tensorflow, same_labels = decoding.arrays(split, 12)
    assert (without_tensorflow == images).all() and (same_labels == labels).all()


def test_a_class_has_more_in_common_than_all_images_have() -> None:
    generator = np.random.default_rng(0)
    patterns = generated_datasets.class_patterns(2)
    means = [
        generated_datasets.draw(np.repeat(p[None], 200, axis=0), (32, 32), generator).mean(axis=0)
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


ARCHIVE = 170_052_171  # bytes of CIFAR-10's, as TFDS states them


@pytest.fixture(scope="module")
def small_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data_dir as TFDS prepares one, of 60 + 20 images whose ids are the originals'."""
    folder = tmp_path_factory.mktemp("prepared")
    features = tfds.builder("cifar10").info.features

    def originals(number: int, stream: int) -> Iterator[tuple[int, dict[str, Any]]]:
        for key, example in generated_datasets._examples(CIFAR10, features, number, stream):
            yield key, example | {"id": f"train_{key:05d}"}

    splits = {"train": (60, originals(60, 0)), "test": (20, originals(20, 1))}
    written = Path(tfds_writing.written(folder, "cifar10", features, splits, 1).data_dir)
    home = written.with_name(str(tfds.builder("cifar10").version))
    written.rename(home)
    info = home / "dataset_info.json"
    stated = json.loads(info.read_text()) | {"version": home.name, "downloadSize": str(ARCHIVE)}
    info.write_text(json.dumps(stated))
    return folder


@pytest.fixture
def real(
    compose: Compose, small_original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[DictConfig, Path]:
    """The config that reads a copy of it, taken for whole, and its folder."""
    shutil.copytree(small_original, tmp_path / "prepared")
    monkeypatch.setattr(
        cifar10, "ENTRY", replace(CIFAR10, train_examples=60, validation_examples=20)
    )
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens there
    words = ["dataset=cifar10", "dataset.source=tfds", f"dataset.data_dir={tmp_path / 'prepared'}"]
    (folder,) = (tmp_path / "prepared" / "cifar10").iterdir()
    return compose(*words, "dataset.max_examples=30").dataset, folder


def test_prepared_data_are_read_from_data_dir_without_a_network(
    real: tuple[DictConfig, Path], tmp_path: Path
) -> None:
    loaded = data.load(real[0], tmp_path)
    assert loaded.source == "tfds" and len(labels_of(loaded)) == 30
    assert loaded.checksum == data.load(real[0], tmp_path).checksum


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((50_000, 20), "60 images in its train split, and not 50,000"),
        ((60, 10), "20 images in its test split, and not 10"),
        ((60, 40), "20 images in its test split, and not 40"),
    ],
)
def test_another_number_of_images_than_the_published_is_refused(
    numbers: tuple[int, int],
    said: str,
    real: tuple[DictConfig, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    train, validation = numbers
    other = replace(CIFAR10, train_examples=train, validation_examples=validation)
    monkeypatch.setattr(cifar10, "ENTRY", other)
    assert said in refusal_of(real, tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"train_00000", b"generated_0", "generated images in its train split"),
        (b"\x89PNG", b"\x00PNG", "what is no image in its train split"),
    ],
)
def test_records_that_are_not_the_published_are_refused(
    before: bytes, after: bytes, said: str, real: tuple[DictConfig, Path], tmp_path: Path
) -> None:
    (file,) = real[1].glob("*train*tfrecord*")
    file.write_bytes(file.read_bytes().replace(before, after))
    assert said in refusal_of(real, tmp_path)


def test_records_that_are_missing_are_refused(
    real: tuple[DictConfig, Path], tmp_path: Path
) -> None:
    (file,) = real[1].glob("*test*tfrecord*")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "records in the files of its test split, and not 20" in refusal_of(real, tmp_path)


def test_what_was_not_made_of_the_published_archive_is_refused(
    real: tuple[DictConfig, Path], tmp_path: Path
) -> None:
    info = real[1] / "dataset_info.json"
    info.write_text(info.read_text().replace(str(ARCHIVE), "7"))
    said = "it was made of a download of 7 bytes, and TFDS' is of 170,052,171"
    assert said in refusal_of(real, tmp_path)


def test_a_label_beyond_the_classes_is_refused() -> None:
    grey = generated_datasets._encoded(np.zeros((32, 32, 3), "uint8"), "png", False)
    found = list(dataset_verification._wrong({"image": grey, "label": 10}, CIFAR10, "test"))
    assert found == ["a label 10 in its test split, of 10 classes"]
    large = generated_datasets._encoded(np.zeros((64, 32, 3), "uint8"), "png", False)
    found = list(dataset_verification._wrong({"image": large, "label": 0}, CIFAR10, "test"))
    assert found == ["an image of 32 x 64 pixels in its test split"]


def refusal_of(real: tuple[DictConfig, Path], cache: Path) -> str:
    """The one line that the data are refused with."""
    with pytest.raises(ConfigurationError) as caught:
        data.load(real[0], cache)
    assert "\n" not in str(caught.value) and "dataset.data_dir=" in str(caught.value)
    return str(caught.value)


def test_a_share_of_every_class_is_chosen_with_a_seed() -> None:
    labels = np.repeat(np.arange(101), 750)
    chosen = subset.choose(labels, 0.1, seed=42)
    assert np.bincount(labels[chosen]).tolist() == [75] * 101
    assert (chosen == subset.choose(labels, 0.1, seed=42)).all()
    assert (chosen != subset.choose(labels, 0.1, seed=43)).any()


def test_the_tenth_of_food101_keeps_the_original_bytes(tmp_path: Path) -> None:
    entry = food101_10pct.ENTRY
    whole = generated_datasets.builder(entry, 202, 10, tmp_path)
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
    assert dataset_source._sizes(entry, None) == (7_575, 2_525)


def test_digits_are_all_there_once(compose: Compose, cache: Path) -> None:
    loaded = data.load(compose("dataset=digits").dataset, cache)
    images, labels = arrays(loaded.train, loaded.train_examples)
    held_out, _ = arrays(loaded.validation, loaded.validation_examples)
    assert images.shape == (1437, 32, 32, 3) and held_out.shape == (360, 32, 32, 3)
    assert images.max() == 255 and (images[..., 0] == images[..., 2]).all()
    assert np.bincount(labels).min() > 135


def test_an_interrupted_generation_is_not_taken_for_whole(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from chipbench.data import generated_datasets;"
        "from chipbench.data.cifar10 import ENTRY;"
        f"generated_datasets.builder(ENTRY, 50000, 100, Path({str(tmp_path)!r}))"
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
    small = generated_datasets.builder(CIFAR10, 50, 10, tmp_path)
    folder_of_small = next((tmp_path / "generated").glob("cifar10-50-10-*"))
    folder_of_small.rename(tmp_path / "done")
    assert small.info.splits["train"].num_examples == 50
    assert [p.name for p in folder.rglob("dataset_info.json")] == []


def test_the_accuracy_that_generated_images_allow_is_that_of_the_best_classifier() -> None:
    assert best_accuracy(10) == pytest.approx(CIFAR10.generated_accuracy, abs=0.005)
    assert best_accuracy(100) < best_accuracy(10), "more classes are harder to tell"
