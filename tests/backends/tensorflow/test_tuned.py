"""protocol=tuned does what model.fit does: the same images, in the same order, the same updates."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from omegaconf import DictConfig

from chipbench.backends import Device, Task
from chipbench.backends.features import kept, split_model
from chipbench.backends.tensorflow.graph_loop import (
    Examples,
    GraphLoop,
    fastest,
    has_training_batch_norm,
)
from chipbench.backends.tensorflow.tuned import extract, orders
from chipbench.data import DataSet
from chipbench.ground.errors import ConfigurationError
from chipbench.measure.result import Result
from chipbench.train import train

Compose = Callable[..., DictConfig]
SAME = 2e-4  # float32 sums in another order


def model(build: list[Any]) -> keras.Model:
    keras.utils.set_random_seed(3)
    made = keras.Sequential([keras.layers.Input((8, 8, 3)), *build, keras.layers.Dense(4)])
    made.add(keras.layers.Softmax())
    adam = keras.optimizers.Adam(0.01)
    made.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def data(number: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 4, number)
    images = generator.normal(labels[:, None, None, None], 1.0, (number, 8, 8, 3))
    return images.astype("float32"), labels


@dataclass(frozen=True)
class Fitted:
    """Two epochs of `fit`: the weights before and after them, and what they gave."""

    before: list[np.ndarray[Any, Any]]
    after: list[np.ndarray[Any, Any]]
    history: dict[str, list[float]]


def convolution() -> keras.Model:
    return model([keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()])


@cache
def fitted(number: int) -> Fitted:
    """What `fit` makes of so many images."""
    images, labels = data(number)
    made = convolution()
    before = made.get_weights()
    history = made.fit(
        images, labels, batch_size=16, epochs=2, shuffle=False, verbose=0,
        validation_data=(images, labels),
    ).history  # fmt: skip
    return Fitted(before, made.get_weights(), history)


@pytest.mark.parametrize("slices", [1, 2, 4])
@pytest.mark.parametrize("number", [96, 101])
def test_an_epoch_makes_the_updates_of_fit(number: int, slices: int) -> None:
    images, labels = data(number)
    expected, looped = fitted(number), convolution()
    looped.set_weights(expected.before)
    history = expected.history
    loop = GraphLoop(looped, 16, slices, threads=2)
    examples = Examples(tf.constant(images), tf.constant(labels))
    for epoch in range(2):
        loss, accuracy = loop.train(examples, np.arange(number))
        val_loss, val_accuracy = loop.validate(examples)
        assert loss == pytest.approx(history["loss"][epoch], rel=SAME)
        assert accuracy == pytest.approx(history["accuracy"][epoch], abs=1e-6)
        assert val_loss == pytest.approx(history["val_loss"][epoch], rel=SAME)
        assert val_accuracy == pytest.approx(history["val_accuracy"][epoch], abs=1e-6)
    for mine, theirs in zip(looped.get_weights(), expected.after, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)


def test_shuffled_epochs_have_the_order_of_fit(compose: Compose) -> None:
    seen: list[int] = []

    def note(index: Any) -> Any:
        seen.append(int(index))
        return np.float32(index)

    def element(index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        value = tf.numpy_function(note, [index], tf.float32)
        return tf.reshape(value, [1]), tf.constant(0)

    config = compose("dataset=food101", "dataset.shuffle_buffer=6", "seed=42")
    keras.utils.set_random_seed(42)
    drawn = orders(config, 12)
    expected = [next(drawn).tolist() for _ in range(4)]
    keras.utils.set_random_seed(42)
    shuffled = tf.data.Dataset.range(12).shuffle(6, seed=42).map(element).batch(4)
    tiny = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(2, "softmax")])
    tiny.compile("sgd", "sparse_categorical_crossentropy")
    validation = tf.data.Dataset.from_tensors((np.zeros((2, 1)), np.zeros(2)))
    tiny.fit(shuffled, epochs=4, validation_data=validation, verbose=0)
    assert seen == sum(expected, [])


def losses(result: Result, folder: Path) -> np.ndarray[Any, Any]:
    return np.loadtxt(folder / "epochs.csv", delimiter=",", skiprows=1, usecols=(5, 6, 7, 8))


def both(compose: Compose, folder: Path, *words: str) -> list[np.ndarray[Any, Any]]:
    """The article's epochs and the tuned ones; threads can be set but once in a process."""
    threads = ("protocol.intra_op_threads=null", "protocol.inter_op_threads=null")
    tables = []
    for protocol in ("article", "tuned"):
        out = folder / protocol
        places = (f"output_dir={out}", "tracking=none")
        config = compose(f"protocol={protocol}", *threads, *places, *words)
        tables.append(losses(train(config), out))
    return tables


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_whole_batches_give_the_articles_numbers_to_the_last_digit(
    optimizer: str, compose: Compose, tmp_path: Path
) -> None:
    words = ("dataset=digits", "dataset.max_examples=176", "epochs=2", "protocol.slices=1")
    article, tuned = both(compose, tmp_path, *words, f"optimizer={optimizer}")
    np.testing.assert_allclose(tuned, article, rtol=1e-6)


def test_slices_learn_what_whole_batches_learn(compose: Compose, tmp_path: Path) -> None:
    words = ("dataset=digits", "dataset.max_examples=1000", "epochs=5", "protocol.slices=2")
    article, tuned = both(compose, tmp_path, *words)
    # Sums in another order: a change of 1e-7 in the images moves the article's own curve as far.
    np.testing.assert_allclose(tuned[-1], article[-1], rtol=0.15, atol=0.02)
    assert tuned[-1, 3] > 0.9


def test_features_of_a_frozen_backbone_are_computed_once_and_train_the_same_head(
    compose: Compose, tmp_path: Path
) -> None:
    words = (
        "protocol.slices=1", "dataset=digits", "dataset.max_examples=720", "epochs=3",
        "dataset.in_memory=false", "dataset.shuffle_buffer=500",
        "model.frozen_backbone=true", "model.build._target_=support.frozen_models.build",
    )  # fmt: skip
    article, tuned = both(compose, tmp_path, *words)
    np.testing.assert_allclose(tuned, article, rtol=1e-4, atol=1e-4)
    assert tuned[-1, 1] > 0.5


def test_a_model_without_a_frozen_part_is_not_split() -> None:
    assert split_model(model([keras.layers.Flatten()])) is None
    training = model(
        [keras.layers.Conv2D(2, 3), keras.layers.GlobalAveragePooling2D(name="features")]
    )
    assert split_model(training) is None


def test_the_slices_that_are_usually_fastest_are_chosen() -> None:
    steadily = np.array([[1.0, 1.1], [2.0, 2.2], [1.0, 1.1], [2.0, 1.5], [3.0, 3.3]])
    lucky = np.append(steadily, [[1.0, 0.5]], axis=0)
    assert fastest(lucky, (2, 4)) == 2
    assert fastest(lucky[:, ::-1], (2, 4)) == 4
    assert fastest(np.empty((5, 0)), ()) == 1


def test_a_batch_norm_that_trains_is_found() -> None:
    inside = keras.Sequential([keras.layers.Input((6, 6, 2)), keras.layers.BatchNormalization()])
    whole = model([keras.layers.Conv2D(2, 3), inside, keras.layers.Flatten()])
    assert has_training_batch_norm(whole)
    inside.trainable = False
    assert not has_training_batch_norm(whole)


def test_features_keep_the_order_of_their_split() -> None:
    images, labels = data(10)
    frozen = keras.Sequential(
        [keras.layers.Input((8, 8, 3)), keras.layers.GlobalAveragePooling2D()]
    )
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).batch(4)
    features, known = extract(frozen, batches)
    np.testing.assert_allclose(features, images.mean(axis=(1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(known, labels)


def test_kept_features_are_reused_and_bounded(tmp_path: Path) -> None:
    computed: list[int] = []

    def compute(number: int) -> Callable[[], tuple[Any, Any]]:
        def of() -> tuple[Any, Any]:
            computed.append(number)
            return np.full((100, 25), number, np.float32), np.zeros(100, np.int64)

        return of

    limit = 25_000  # two of them
    for number in (1, 2, 1, 3):
        time.sleep(0.02)  # file systems keep times by some milliseconds
        kept(tmp_path / f"{number}.npz", limit, compute(number))
    assert computed == [1, 2, 3]
    assert {path.name for path in tmp_path.iterdir()} == {"1.npz", "3.npz"}, "2 was used before 1"
    kept(tmp_path / "large.npz", 1_000, compute(4))
    assert not (tmp_path / "large.npz").exists()


def rewritten(path: Path, **arrays: Any) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


def replaced(path: Path, make: Callable[[Path], Any]) -> None:
    path.unlink()
    make(path)


FEATURES, LABELS = np.full((100, 25), 3, np.float32), np.zeros(100, np.int64)
DAMAGES: dict[str, Callable[[Path], Any]] = {
    "empty": lambda path: os.truncate(path, 0),
    "cut": lambda path: os.truncate(path, 2),
    "cut late": lambda path: os.truncate(path, 1_000),
    "turned": lambda path: path.write_bytes(path.read_bytes().replace(b"\x40\x40", b"\x40\x41")),
    "encrypted": lambda path: path.write_bytes(  # the flags of zip's central directory
        re.sub(rb"(PK\x01\x02.{4})\x00", rb"\1" + b"\1", path.read_bytes(), flags=re.DOTALL)
    ),
    "no archive": lambda path: path.write_bytes(b"\x80\x04K\x01."),
    "an array": lambda path: replaced(path, lambda file: np.save(file.open("wb"), FEATURES)),
    "no labels": lambda path: rewritten(path, features=FEATURES),
    "other number": lambda path: rewritten(path, features=FEATURES, labels=LABELS[:99]),
    "not a number": lambda path: rewritten(path, features=FEATURES * np.nan, labels=LABELS),
    "text": lambda path: rewritten(path, features=FEATURES.astype(str), labels=LABELS),
    "objects": lambda path: rewritten(path, features=FEATURES.astype(object), labels=LABELS),
    "a folder": lambda path: replaced(path, Path.mkdir),
    "a pipe": lambda path: replaced(path, os.mkfifo),
    "a link": lambda path: replaced(path, lambda file: file.symlink_to("/etc/hostname")),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_kept_features_that_are_damaged_are_computed_again(
    damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.npz"
    computed: list[int] = []

    def compute() -> tuple[Any, Any]:
        computed.append(1)
        return FEATURES, LABELS

    kept(path, 1e6, compute)
    DAMAGES[damage](path)
    features, labels = kept(path, 1e6, compute)
    assert (features == 3).all() and len(labels) == 100
    assert capsys.readouterr().err.startswith("features/kept.npz in the cache is damaged (")
    kept(path, 1e6, compute)
    assert len(computed) == 2


def test_features_that_cannot_be_kept_are_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    features, _ = kept(tmp_path / "file" / "a" / "b" / "kept.npz", 1e6, lambda: (FEATURES, LABELS))
    assert features is FEATURES


def test_several_devices_are_not_tuned(compose: Compose) -> None:
    words = ("dataset=digits", "protocol=tuned", "strategy=mirrored")
    with pytest.raises(ConfigurationError, match="strategy=none"):
        train(compose(*words))


def test_slices_must_divide_the_batch(compose: Compose) -> None:
    words = ("dataset=digits", "protocol=tuned", "protocol.slices=3", "tracking=none")
    with pytest.raises(ConfigurationError, match="slices=3: must divide batch_size=32"):
        train(compose(*words, "protocol.intra_op_threads=null", "protocol.inter_op_threads=null"))


@pytest.mark.parametrize("augmentation", [None, {"flip": True}])
def test_augmented_images_have_no_features_to_keep(
    augmentation: dict[str, bool] | None, compose: Compose
) -> None:
    config = compose("protocol=tuned", "model=efficientnet_b0", "dataset=food101")
    data = DataSet("d", "generated", ("a",), None, None, 1, 1)  # type: ignore[arg-type]  # unread
    device = Device("cpu", "c", lambda: None)
    task = Task(config, data, lambda: None, device, None, augmentation)
    assert task.keeps_features is (augmentation is None)
