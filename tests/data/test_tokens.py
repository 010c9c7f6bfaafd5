"""Texts to continue: generated ones of known entropy, and the bytes of a file."""

import math
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chipbench import data
from chipbench.config.compose import compose_config
from chipbench.data import Arrays, DataSet
from chipbench.data.tokens import ENTROPY
from chipbench.ground.errors import ConfigurationError

CHECKSUM = "75b48fffbb3b223c"  # by NumPy's generators, which give the same everywhere
Load = Callable[..., DataSet]


@pytest.fixture
def loaded(tmp_path: Path) -> Load:
    def load(*words: str) -> DataSet:
        composed = compose_config("train", ["output_dir=out", "experiment=gpt_tokens", *words])
        return data.load(composed.dataset, tmp_path)

    return load


@pytest.fixture
def of_file(loaded: Load, tmp_path: Path) -> Load:
    """The data set of a file of these bytes, in sequences of 8."""

    def load(text: bytes, *words: str) -> DataSet:
        path = tmp_path / "book.txt"
        path.write_bytes(text)
        short = ("dataset.source=file", f"dataset.file={path}", "dataset.sequence_length=8")
        return loaded(*short, *words)

    return load


def arrays(split: object) -> Arrays:
    assert isinstance(split, Arrays)
    return split


def test_generated_bytes_have_the_entropy_that_is_said(loaded: Load) -> None:
    found = loaded()
    train, validation = arrays(found.train), arrays(found.validation)
    assert (train.inputs.shape, validation.inputs.shape) == ((4_096, 256), (256, 256))
    assert (train.inputs.dtype, train.labels.dtype) == (np.int32, np.int64)
    assert (train.inputs[:, 1:] == train.labels[:, :-1]).all(), "each has the next as its label"
    pairs = np.zeros((256, 256))
    np.add.at(pairs, (train.inputs.ravel(), train.labels.ravel()), 1)
    shares = pairs / pairs.sum(1, keepdims=True)
    assert ((shares > 0).sum(1) == 4).all()
    assert pytest.approx(1.75 * math.log(2)) == ENTROPY == found.least_loss
    # What one who knows these shares loses on what was not seen, and how often the first is right.
    known = shares[validation.inputs, validation.labels]
    assert -np.log(known).mean() == pytest.approx(ENTROPY, rel=0.01)
    guessed = shares.argmax(1)[validation.inputs] == validation.labels
    assert guessed.mean() == pytest.approx(found.best_accuracy, abs=0.01)


def test_generated_bytes_are_the_same_each_time(loaded: Load) -> None:
    whole, part = loaded(), loaded("dataset.max_examples=40")
    assert whole.checksum == CHECKSUM
    assert (part.train_examples, part.validation_examples, part.classes) == (40, 3, 256)
    assert (arrays(part.train).inputs == arrays(whole.train).inputs[:40]).all()
    assert arrays(loaded("dataset.vocabulary=4").train).inputs.max() == 3


def test_a_file_is_cut_into_sequences(of_file: Load) -> None:
    found = of_file(bytes(range(41)))
    train, validation = arrays(found.train), arrays(found.validation)
    assert train.inputs.tolist() == np.arange(32).reshape(4, 8).tolist()
    assert validation.inputs.tolist() == [list(range(32, 40))]
    assert validation.labels.tolist() == [list(range(33, 41))]
    assert found.best_accuracy is found.least_loss is None
    fewer = of_file(bytes(range(41)), "dataset.max_examples=2")
    assert (fewer.train_examples, fewer.validation_examples) == (2, 1)
    assert of_file(bytes(17)).train_examples == 1, "the shortest that will do"


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        (b"", [], "book.txt: has 0 bytes, and a sequence to train on and one to validate"),
        (bytes(16), [], "book.txt: has 16 bytes, .* take 17; use a longer file"),
        (bytes(41), ["dataset.max_examples=5"], "the data set has 4 training sequences"),
        (b"a" * 41, ["dataset.vocabulary=90"], "book.txt has the byte 97; use 98 or more"),
        (b"a" * 41, ["dataset.vocabulary=300"], "text is read as bytes, of which there are 256"),
    ],
)
def test_what_a_file_does_not_have_is_refused(
    of_file: Load, text: bytes, words: list[str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        of_file(text, *words)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(loaded: Load, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    named = {"missing": "No such file", ".": "is a folder", "pipe": "is a pipe"}
    for name, said in named.items():
        with pytest.raises(ConfigurationError, match=said):
            loaded("dataset.source=file", f"dataset.file={tmp_path / name}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dataset.source=file"], "dataset.file=null: dataset.source=file needs a file of text"),
        (["dataset.file=book.txt"], "dataset.file is read with dataset.source=file alone"),
        (["dataset.source=tfds"], "the data set tokens has only generated, file"),
        (["dataset.max_examples=4097"], "the data set has 4,096 training sequences"),
        (["model=small_transformer"], "takes sequences, and dataset=tokens has texts; models of "),
    ],
)
def test_what_there_is_not_is_refused(loaded: Load, words: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        loaded(*words)
