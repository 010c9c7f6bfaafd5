"""The reviews of IMDB: a stand-in of their shape, and Keras' own edition where it is there."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import keras
import numpy as np
import pytest
from omegaconf import DictConfig

from chipbench import data
from chipbench.config.compose import compose_config
from chipbench.data import Arrays, DataSet, imdb
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.regular_files import sha256

CHECKSUM = "5991e2fe5ef200a6"  # by NumPy's generators, which give the same everywhere
WORDS = ("dataset=imdb", "model=small_transformer")


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., DataSet]:
    return lambda *words: data.load(composed(*WORDS, *words).dataset, tmp_path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    """All generated reviews."""
    return data.load(composed(*WORDS).dataset, tmp_path_factory.mktemp("cache"))


def composed(*words: str) -> DictConfig:
    return compose_config("train", ["output_dir=out", *words])


def arrays(split: object) -> Arrays:
    assert isinstance(split, Arrays)
    return split


def test_generated_reviews_have_the_originals_shape(whole: DataSet) -> None:
    found = whole
    assert (found.train_examples, found.validation_examples, found.classes) == (25_000, 25_000, 2)
    tokens, labels = arrays(found.train).inputs, arrays(found.train).labels
    assert (tokens.shape, tokens.dtype) == ((25_000, 200), np.int32)
    assert sorted(np.bincount(labels)) == [12_500, 12_500]
    assert tokens.min() >= 0 and tokens.max() < 20_000
    # Half of the originals have more than 174 words; 42 % are cut at 200.
    lengths = (tokens != 0).sum(1)
    assert 165 <= np.median(lengths) <= 190 and 0.35 < (lengths == 200).mean() < 0.50
    short = tokens[lengths < 200][0]
    assert short[np.flatnonzero(short)[0]] == 1, "a review begins with its mark, after the filling"


def test_generated_reviews_are_the_same_each_time(
    whole: DataSet, loaded: Callable[..., DataSet]
) -> None:
    first, again = whole, loaded("dataset.max_examples=40")
    assert first.checksum == CHECKSUM != again.checksum
    assert (arrays(first.train).inputs[:40] == arrays(again.train).inputs).all()
    assert (arrays(first.train).inputs[0] != arrays(first.validation).inputs[0]).any()
    assert again.validation_examples == 40


def test_words_tell_the_kind_of_a_generated_review(whole: DataSet) -> None:
    """By how often each kind has a word in the training half: a naive Bayes classifier."""
    train, validation = arrays(whole.train), arrays(whole.validation)
    good, bad = (
        np.bincount(train.inputs[train.labels == kind].ravel(), minlength=20_000) + 1.0
        for kind in (1, 0)
    )
    weight = np.log(good / bad)
    weight[0] = 0.0  # how short a review is says nothing
    right = (weight[validation.inputs].sum(1) > 0) == (validation.labels == 1)
    assert 0.8 < right.mean() < 0.97


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dataset.vocabulary=88589"], "dataset.vocabulary=88589: the reviews have 88,588 tokens"),
        (["dataset.max_examples=25001"], "has 25,000 training sequences"),
        (["dataset.source=tfds"], "the data set imdb has only keras, generated"),
    ],
)
def test_what_there_is_not_is_refused(
    loaded: Callable[..., DataSet], words: list[str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        loaded(*words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dataset=imdb"], "model=tiny_vgg: takes images, and dataset=imdb has sequences; models"),
        (["model=small_transformer"], "takes sequences, and dataset=cifar10 has images; models of"),
        ([*WORDS, "dataset.in_memory=false"], "sequences are held in memory; use true"),
        ([*WORDS, "dataset.image_size=32"], "unknown dataset.image_size"),
        ([*WORDS, "dataset.examples=images"], "dataset.examples"),
    ],
)
def test_what_does_not_belong_together_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        composed(*words)


def reviews(path: Path) -> None:
    """A file of the form of Keras' edition: 30 + 30 reviews of 3 and of 300 words."""
    short, long = [1, 2, 50_000], list(range(1, 301))
    words = np.array([short, long] * 15, dtype=object)
    labels = np.array([0, 1] * 15)
    np.savez(path, x_train=words, y_train=labels, x_test=words, y_test=labels)


def test_the_published_reviews_are_cut_and_filled_up_as_keras_does(
    loaded: Callable[..., DataSet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews(tmp_path / "imdb.npz")
    monkeypatch.setattr(imdb, "_SHA256", sha256(tmp_path / "imdb.npz"))
    monkeypatch.setattr("keras.src.datasets.imdb.get_file", lambda fname, **_: fname)
    found = loaded(
        "dataset.source=keras", f"dataset.data_dir={tmp_path}", "dataset.max_examples=30"
    )
    tokens, labels = arrays(found.train).inputs, arrays(found.train).labels
    assert tokens[labels == 0][0].tolist() == [0] * 196 + [1, 4, 5, 2], "a mark, words, unknown"
    assert tokens[labels == 1][0].tolist() == list(range(104, 304)), "the last 200 words"
    path = str(tmp_path / "imdb.npz")
    published = keras.datasets.imdb.load_data(path, num_words=20_000)
    for split, (words, kinds) in zip((found.train, found.validation), published, strict=True):
        assert (arrays(split).inputs == keras.utils.pad_sequences(words, maxlen=200)).all()
        assert (arrays(split).labels == kinds).all()


def test_what_keras_downloads_is_what_is_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address and its checksum are Keras' own, of the version that is installed."""
    asked: dict[str, str] = {}

    def get_file(**asked_for: str) -> str:
        asked.update(asked_for)
        raise OSError

    monkeypatch.setattr("keras.src.datasets.imdb.get_file", get_file)
    with pytest.raises(OSError):
        keras.datasets.imdb.load_data()
    assert (asked["origin"], asked["file_hash"]) == (imdb._URL, imdb._SHA256)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address at which the files of the folder `web` are."""
    (tmp_path / "web").mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path / "web")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_download_is_kept(
    loaded: Callable[..., DataSet],
    tmp_path: Path,
    served: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reviews(tmp_path / "web" / "imdb.npz")
    monkeypatch.setattr(imdb, "_SHA256", sha256(tmp_path / "web" / "imdb.npz"))
    monkeypatch.setattr(imdb, "_URL", f"{served}/imdb.npz")
    words = ("dataset.source=keras", "dataset.max_examples=30")
    first = loaded(*words)
    (tmp_path / "web" / "imdb.npz").unlink()
    assert loaded(*words).checksum == first.checksum


def test_another_file_is_not_read(loaded: Callable[..., DataSet], tmp_path: Path) -> None:
    """It could hold anything: what is in it is pickled."""
    reviews(tmp_path / "imdb.npz")
    with pytest.raises(ConfigurationError, match="is not Keras' edition: delete it"):
        loaded("dataset.source=keras", f"dataset.data_dir={tmp_path}")


def test_without_a_network_the_remedies_are_named(
    loaded: Callable[..., DataSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(UnsupportedBenchmark, match="dataset.source=generated"):
        loaded("dataset.source=keras")
