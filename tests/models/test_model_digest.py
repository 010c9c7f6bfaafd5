"""What a model is: the digest of its layers."""

from collections.abc import Callable

import keras
import pytest
from keras import layers

from chipbench.config.options import option
from chipbench.measure.example_kinds import sizes_of
from chipbench.models import efficientnet_b0, resnet50, small_transformer, tiny_vgg
from chipbench.models.model_digest import layers_digest
from chipbench.published import read_published

CLASSES = {"cifar10": 10, "cifar100": 100, "food101": 101, "imdb": 2, "noise": 8}
BUILDERS = {
    "tiny_vgg": tiny_vgg,
    "resnet50": resnet50,
    "efficientnet_b0": efficientnet_b0,
    "small_transformer": small_transformer,
}


def small(units: int = 4, rate: float = 0.5, joined: bool = True, **dense: object) -> keras.Model:
    images = layers.Input((8, 8, 3))
    one = layers.Flatten()(images)
    two = layers.Dropout(rate)(one)
    end = layers.Dense(units, **dense)(layers.Add()([one, two if joined else one]))
    return keras.Model(images, end)


def test_names_that_keras_counts_up_do_not_matter() -> None:
    assert layers_digest(small()) == layers_digest(small(name="other"))


@pytest.mark.parametrize(
    "other",
    [
        lambda: small(units=5),
        lambda: small(activation="relu"),
        lambda: small(use_bias=False),
        lambda: small(rate=0.4),
        lambda: small(joined=False),
        lambda: small(dtype="float64"),
        lambda: small(kernel_regularizer="l2"),
    ],
)
def test_what_is_computed_matters(other: Callable[[], keras.Model]) -> None:
    assert layers_digest(other()) != layers_digest(small())


def test_how_weights_begin_does_not_matter_and_what_trains_does() -> None:
    assert layers_digest(small(kernel_initializer="zeros")) == layers_digest(small())
    frozen = small()
    frozen.layers[-1].trainable = False
    assert layers_digest(frozen) != layers_digest(small())


@pytest.mark.parametrize("row", read_published("works"), ids=lambda row: row["model"])
def test_the_published_runs_computed_what_is_built_here(
    row: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if row["model"] not in BUILDERS:
        return
    monkeypatch.setattr("keras.src.utils.file_utils.get_file", lambda *_, **__: "imagenet.h5")
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: None)
    weights = "imagenet" if row["model"] == "efficientnet_b0" else None
    sizes = sizes_of(option("dataset", row["dataset"]))
    model = BUILDERS[row["model"]].build(CLASSES[row["dataset"]], weights=weights, **sizes)
    assert layers_digest(model) == row["model_layers"]
