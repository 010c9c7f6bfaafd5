"""IMDB: 50,000 reviews of films, half of them good (Maas et al., 2011), as words by frequency."""

import math
from pathlib import Path

import numpy as np
import requests
from omegaconf import DictConfig

from chipbench.data.dataset import Array, Arrays, DataSet
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.ground.files import digest, make_folder

SOURCES = ("keras", "generated")
_EXAMPLES = 25_000  # of training, and as many of validation
#: Words of the reviews, and before them the marks of filling, of a beginning, and of any word that
#: is not in the vocabulary (`keras.datasets.imdb`).
_WORDS, _MARKS = 88_584, 4
_FIRST, _UNKNOWN = 1, 2
_HOST = "https://storage.googleapis.com"  # where Keras downloads it from
_CONNECT_TIMEOUT_S = 10
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
    """Keras' edition: downloaded once, and held against Keras' own checksum."""
    from keras.datasets import imdb
    from keras.utils import pad_sequences

    named = config.data_dir and named_folder("dataset.data_dir", config.data_dir)
    path = (named or cache_dir / "imdb") / "imdb.npz"
    try:
        make_folder(path.parent)
        if not path.is_file():
            # Keras itself would wait for a network for minutes.
            requests.head(_HOST, timeout=_CONNECT_TIMEOUT_S)
        both = imdb.load_data(str(path.absolute()), num_words=config.vocabulary)
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise UnsupportedBenchmark(
            f"the reviews of IMDB cannot be had ({type(error).__name__}): connect to the network, "
            "name a folder that holds Keras' imdb.npz with dataset.data_dir=<folder>, or measure "
            "on generated sequences of the same shape with dataset.source=generated"
        ) from error
    return [
        (pad_sequences(words, maxlen=config.sequence_length), np.asarray(kinds, "int64"))
        for words, kinds in both
    ]


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
