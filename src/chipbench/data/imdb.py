"""IMDB: 50,000 reviews of films, half of them good (Maas et al., 2011), as words by frequency."""

import math
from pathlib import Path

import numpy as np
import requests
from omegaconf import DictConfig

from chipbench.data.dataset import Array, Arrays, DataSet
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.files import digest, make_folder, whole
from chipbench.ground.regular_files import sha256

SOURCES = ("keras", "generated")
_EXAMPLES = 25_000  # of training, and as many of validation
#: Words of the reviews, and before them the marks of filling, of a beginning, and of any word that
#: is not in the vocabulary (`keras.datasets.imdb`).
_WORDS, _MARKS = 88_584, 4
_FIRST, _UNKNOWN = 1, 2
#: Where Keras downloads it from, what it must be, and the seed of Keras' order of the reviews.
_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/imdb.npz"
_SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
_ORDER = 113
_TIMEOUT_S = 10  # until it answers, and between two pieces
_PIECE_BYTES = 2**20
#: Words of a review: median 174 and mean 234 in the training half, about log-normal.
_MEDIAN, _MEAN = 174, 234
_SHORTEST = 10
#: Generated words follow Zipf's law, and each kind of review has some of its own more often: so
#: many for each, from this rank on, in such a share of its words. Nine of ten are told by them.
_TELLING, _FROM, _SHARE = 400, 300, 0.04
_SEED = 20231101


def load(config: DictConfig, cache_dir: Path) -> DataSet:
    """The reviews as `config` (an option of `dataset/`) asks for them.

    Tokens int32 [n, sequence_length], filled up before with 0; labels 0 (bad) and 1 (good).
    Raises ConfigurationError for a vocabulary or a number of reviews that there is not,
    UnsupportedBenchmark where they are not to be had.
    """
    if config.vocabulary > _WORDS + _MARKS:
        raise ConfigurationError(
            f"dataset.vocabulary={config.vocabulary}: the reviews have {_WORDS + _MARKS:,} tokens; "
            "use that many or fewer"
        )
    number = config.max_examples or _EXAMPLES
    if number > _EXAMPLES:
        raise ConfigurationError(
            f"dataset.max_examples={number}: the data set has {_EXAMPLES:,} training sequences; "
            "use that many or fewer, or null for all"
        )
    both = _published(config, cache_dir) if config.source == "keras" else _generated(config)
    train, validation = (Arrays(tokens[:number], labels[:number]) for tokens, labels in both)
    return DataSet(
        name=config.name,
        source=config.source,
        class_names=("bad", "good"),
        train=train,
        validation=validation,
        train_examples=number,
        validation_examples=number,
        checksum=_checksum(train, validation),
    )


def _published(config: DictConfig, cache_dir: Path) -> list[tuple[Array, Array]]:
    """Keras' edition: downloaded once, and held against the checksum that Keras has of it."""
    named = config.data_dir and named_folder("dataset.data_dir", config.data_dir)
    path = (named or cache_dir / "imdb") / "imdb.npz"
    try:
        if not path.is_file():
            _download(path)
        found = sha256(path.resolve())
    except OSError as error:  # also what `requests` raises
        raise UnsupportedBenchmark(
            f"the reviews of IMDB cannot be had ({type(error).__name__}): connect to the network, "
            "name a folder that holds Keras' imdb.npz with dataset.data_dir=<folder>, or measure "
            "on generated sequences of the same shape with dataset.source=generated"
        ) from error
    if found != _SHA256:
        raise ConfigurationError(f"{path} is not Keras' edition: delete it, and it is downloaded")
    # Lists in an array are pickled; these are the very bytes that Keras published.
    with np.load(path, allow_pickle=True) as file:
        draw = np.random.RandomState(_ORDER)
        return [
            _reviews(file[f"x_{split}"], file[f"y_{split}"], draw, config)
            for split in ("train", "test")
        ]


def _download(path: Path) -> None:
    make_folder(path.parent)
    with requests.get(_URL, stream=True, timeout=_TIMEOUT_S) as answer, whole(path) as partial:
        answer.raise_for_status()
        with partial.open("wb") as file:
            file.writelines(answer.iter_content(_PIECE_BYTES))


def _reviews(
    words: Array, labels: Array, draw: np.random.RandomState, config: DictConfig
) -> tuple[Array, Array]:
    """In the order and with the marks of `keras.datasets.imdb`, filled as `pad_sequences` does."""
    order = np.arange(len(words))
    draw.shuffle(order)
    length = config.sequence_length
    tokens = np.zeros((len(words), length), "int32")
    for row, place in enumerate(order):
        review = np.array([_FIRST, *(word + _MARKS - 1 for word in words[place])])
        kept = np.where(review < config.vocabulary, review, _UNKNOWN)[-length:]
        tokens[row, length - len(kept) :] = kept
    return tokens, labels[order].astype("int64")


def _generated(config: DictConfig) -> list[tuple[Array, Array]]:
    return [_half(config, np.random.default_rng([_SEED, half])) for half in range(2)]


def _half(config: DictConfig, generator: np.random.Generator) -> tuple[Array, Array]:
    """Reviews of words by Zipf's law; some words are more frequent in those of one kind."""
    labels = generator.permutation(np.arange(_EXAMPLES) % 2)
    spread = math.sqrt(2 * math.log(_MEAN / _MEDIAN))
    drawn = generator.lognormal(math.log(_MEDIAN), spread, _EXAMPLES).astype(int)
    length = config.sequence_length
    lengths = np.minimum(np.maximum(drawn, _SHORTEST), length)  # what is cut off is not drawn
    frequency = 1 / np.arange(1, _WORDS + 1)
    total = int(lengths.sum())
    words = np.searchsorted(np.cumsum(frequency / frequency.sum()), generator.random(total))
    telling = generator.random(total) < _SHARE
    kinds = np.repeat(labels, lengths)
    own = 2 * generator.integers(0, _TELLING, int(telling.sum())) + kinds[telling]
    words[telling] = _FROM + own
    known = words + _MARKS < config.vocabulary
    tokens = np.zeros((_EXAMPLES, length), "int32")
    filled = length - lengths
    tokens[np.arange(length) >= filled[:, None]] = np.where(known, words + _MARKS, _UNKNOWN)
    whole = np.flatnonzero(filled)
    tokens[whole, filled[whole]] = _FIRST
    return tokens, labels.astype("int64")


def _checksum(*splits: Arrays) -> str:
    """Sixteen hex digits over the first and the last sequence of each split."""
    ends = [[split.inputs[place].tolist() for place in (0, -1)] for split in splits]
    return digest(ends, 16)
