from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from chipbench.data import bundled_datasets
from chipbench.data.bundled_datasets import load_bundled
from chipbench.data.dataset import Arrays, DataSet
from chipbench.ground.errors import ConfigurationError

LABELS = np.array([0, 1, 0, 1])
GREY = np.random.default_rng(0).integers(0, 255, (4, 8, 8)).astype("uint8")


def of(images: np.ndarray, labels: np.ndarray, **other: Any) -> DataSet:
    part = Arrays(images, labels)
    told: dict[str, Any] = {"train_examples": 4, "validation_examples": 4, **other}
    return DataSet("mine", "bundled", ("a", "b"), part, part, **told)


def loaded(monkeypatch: pytest.MonkeyPatch, given: object) -> DataSet:
    module = SimpleNamespace(load=lambda image_size: given)
    monkeypatch.setattr(bundled_datasets, "module_of", lambda name: module)
    return load_bundled("mine", "bundled", 8)


@pytest.mark.parametrize("images", [GREY, GREY[..., None]], ids=["no channel", "one channel"])
def test_grey_images_get_three_equal_channels(
    images: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = loaded(monkeypatch, of(images, LABELS))
    for split in (data.train, data.validation):
        assert isinstance(split, Arrays) and split.inputs.shape == (4, 8, 8, 3)
        assert all((split.inputs[..., channel] == GREY).all() for channel in range(3))


def test_the_first_of_them_are_taken_where_fewer_are_asked_for() -> None:
    data = load_bundled("noise", "bundled", 4, max_examples=96)
    assert (data.train_examples, data.validation_examples) == (96, 4)
    assert isinstance(data.train, Arrays) and isinstance(data.validation, Arrays)
    assert len(data.train.inputs) == len(data.train.labels) == 96
    assert data.validation.inputs.shape == (4, 4, 4, 3)
    with pytest.raises(ConfigurationError, match="the data set noise has 3,840 training images"):
        load_bundled("noise", "bundled", 4, max_examples=3841)


COLOUR = np.zeros((4, 8, 8, 3), "uint8")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((GREY, LABELS), "its load() gives a tuple, and no DataSet"),
        (of(COLOUR / 255, LABELS), "are float64 [4, 8, 8, 3], and must be uint8 [n, 8, 8, 3]"),
        (of(np.zeros((4, 9, 9, 3), "uint8"), LABELS), "are uint8 [4, 9, 9, 3], and must be"),
        (of(np.zeros((4, 8, 8, 4), "uint8"), LABELS), "are uint8 [4, 8, 8, 4], and must be"),
        (of(COLOUR, LABELS[:3]), "it says 4 train images, and has 4 with 3 labels"),
        (of(COLOUR, LABELS, validation_examples=9), "it says 9 validation images, and has 4"),
        (of(COLOUR, LABELS + 1), "its train labels must be whole numbers from 0 to 1"),
        (of(COLOUR, LABELS.astype("float32")), "must be whole numbers"),
    ],
    ids=["pair", "float", "size", "channels", "labels", "number", "class", "share"],
)
def test_what_no_model_could_train_on_is_refused_by_name(
    given: object, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        loaded(monkeypatch, given)
    assert str(refusal.value).startswith("dataset=mine: ") and said in str(refusal.value)
