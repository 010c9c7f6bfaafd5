"""Text to continue, byte by byte: drawn from a source of known entropy, or a file's own."""

import math
import os
from pathlib import Path

import numpy as np
from omegaconf import DictConfig

from chipbench.data.dataset import Array, Arrays, DataSet
from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.files import digest
from chipbench.ground.regular_files import open_regular

SOURCES = ("generated", "file")
_TRAIN, _FOR_EACH = 4_096, 16  # training sequences; so many for each that validates
_BYTES = 256
#: How often each of the four bytes that may follow a byte does: 1.75 bits, whatever the byte.
_SHARES = (1 / 2, 1 / 4, 1 / 8, 1 / 8)
#: The source's, in nats a byte: 1.2130. No model's loss can be less, and one that knows nothing has
#: the logarithm of 256, 5.5452.
ENTROPY = -sum(share * math.log(share) for share in _SHARES)
_SEED = 20221228


def load(config: DictConfig, _cache_dir: Path) -> DataSet:
    """The texts as `config` (an option of `dataset/`) asks for them.

    Tokens int32 [n, sequence_length], labels int64 of the same shape: the token after each. Raises
    ConfigurationError for a vocabulary or a number of sequences that there is not, and for a file
    that cannot be read or has less than two sequences.
    """
    if config.vocabulary > _BYTES:
        raise ConfigurationError(
            f"dataset.vocabulary={config.vocabulary}: text is read as bytes, of which there are "
            f"{_BYTES}; use that many or fewer"
        )
    generated = config.source == "generated"
    train, validation = _generated(config) if generated else _of_file(config)
    return DataSet(
        name=config.name,
        source=config.source,
        class_names=tuple(map(str, range(config.vocabulary))),
        train=train,
        validation=validation,
        train_examples=len(train.inputs),
        validation_examples=len(validation.inputs),
        best_accuracy=max(_SHARES) if generated else None,
        least_loss=ENTROPY if generated else None,
        checksum=_checksum(train, validation),
    )


def _generated(config: DictConfig) -> tuple[Arrays, Arrays]:
    number = config.max_examples or _TRAIN
    _refuse_more(number, _TRAIN)
    generator = np.random.default_rng(_SEED)
    order = generator.permutation(config.vocabulary)
    steps = generator.choice(config.vocabulary, len(_SHARES), replace=False)
    # All of a split are drawn, so that a part of it begins with the same.
    whole = (
        _drawn(n, config, order, steps, half) for half, n in enumerate((_TRAIN, _validated(_TRAIN)))
    )
    train, validation = (
        split[:n] for split, n in zip(whole, (number, _validated(number)), strict=True)
    )
    return _continued(train), _continued(validation)


def _drawn(number: int, config: DictConfig, order: Array, steps: Array, half: int) -> Array:
    """So many sequences int32 [number, sequence_length + 1] of a Markov source.

    What may follow a byte is another permutation of all bytes for each of the shares, so that all
    bytes are equally frequent, and what is known of the next one is its share.
    """
    generator = np.random.default_rng([_SEED, half])
    length = config.sequence_length + 1
    tokens = np.empty((number, length), "int32")
    tokens[:, 0] = generator.integers(0, config.vocabulary, number)
    chosen = generator.choice(len(_SHARES), (number, length), p=_SHARES)
    for place in range(1, length):
        moved = order[tokens[:, place - 1]] + steps[chosen[:, place]]
        tokens[:, place] = moved % config.vocabulary
    return tokens


def _of_file(config: DictConfig) -> tuple[Arrays, Arrays]:
    length, path = config.sequence_length, named_folder("dataset.file", config.file)
    try:
        with os.fdopen(open_regular(path.resolve()), "rb") as file:
            number = _number_in(config, os.fstat(file.fileno()).st_size)
            read = file.read((number + _validated(number)) * length + 1)
    except OSError as error:
        why = error.strerror or "it cannot be read"
        raise ConfigurationError(
            f"dataset.file={config.file}: {why}; name a file of text"
        ) from None
    tokens = np.frombuffer(read, "uint8").astype("int32")
    if (largest := int(tokens.max())) >= config.vocabulary:
        raise ConfigurationError(
            f"dataset.vocabulary={config.vocabulary}: {path.name} has the byte {largest}; use "
            f"{largest + 1} or more"
        )
    inputs, labels = tokens[:-1].reshape(-1, length), tokens[1:].reshape(-1, length)
    labels = labels.astype("int64")
    return Arrays(inputs[:number], labels[:number]), Arrays(inputs[number:], labels[number:])


def _number_in(config: DictConfig, size: int) -> int:
    """How many sequences train, of a file of so many bytes."""
    length = config.sequence_length
    there = (size - 1) // length * _FOR_EACH // (_FOR_EACH + 1)
    if there < 1:
        raise ConfigurationError(
            f"dataset.file={config.file}: has {size:,} bytes, and a sequence to train on and one "
            f"to validate take {2 * length + 1:,}; use a longer file, or a smaller "
            "dataset.sequence_length"
        )
    number: int = config.max_examples or min(_TRAIN, there)
    _refuse_more(number, there)
    return number


def _refuse_more(number: int, there: int) -> None:
    if number > there:
        raise ConfigurationError(
            f"dataset.max_examples={number}: the data set has {there:,} training sequences; use "
            "that many or fewer, or null for all"
        )


def _validated(number: int) -> int:
    """How many sequences validate where so many train."""
    return math.ceil(number / _FOR_EACH)


def _continued(tokens: Array) -> Arrays:
    """Sequences [n, length + 1], each token labelled with the one that follows."""
    return Arrays(tokens[:, :-1].copy(), tokens[:, 1:].astype("int64"))


def _checksum(*splits: Arrays) -> str:
    """Sixteen hex digits over the first and the last sequence of each split."""
    ends = [[split.inputs[place].tolist() for place in (0, -1)] for split in splits]
    return digest(ends, 16)
