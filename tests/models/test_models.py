from pathlib import Path

import numpy as np
import pytest

from chipbench.backends import backend
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.models import efficientnet_b0, gpt, resnet50, small_transformer, tiny_vgg

backend("tensorflow").start(verbose=False)


def trainable(model: object) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def test_tiny_vgg_has_the_articles_parameters() -> None:
    model = tiny_vgg.build(classes=10, image_size=32, weights=None)
    assert model.count_params() == trainable(model) == 5_520
    assert model.output_shape == (None, 10)


def test_efficientnet_trains_only_its_head() -> None:
    model = efficientnet_b0.build(classes=101, image_size=224, weights=None)
    assert model.count_params() == 4_178_952
    assert trainable(model) == 129_381


def test_resnet50_trains_all_but_its_statistics() -> None:
    model = resnet50.build(classes=100, image_size=32, weights=None)
    assert model.output_shape == (None, 100)
    assert trainable(model) > 23_000_000


def test_small_transformer_has_the_published_scripts_parameters() -> None:
    model = small_transformer.build(2, sequence_length=200, vocabulary=20_000, weights=None)
    embedded = (20_000 + 200) * 128
    attention = 3 * (128 + 1) * 8 * 128 + (8 * 128 + 1) * 128
    forward, normalized = 2 * (128 + 1) * 128, 2 * 2 * 128
    head = (128 + 1) * 128 + (128 + 1) * 2
    parameters = embedded + attention + forward + normalized + head
    assert model.count_params() == trainable(model) == parameters == 3_163_394
    assert (model.input_shape, model.output_shape) == ((None, 200), (None, 2))


def test_gpt_has_the_parameters_counted_by_hand() -> None:
    model = gpt.build(256, sequence_length=256, weights=None)
    width, embedded = 384, (256 + 256) * 384
    attention = 4 * (width + 1) * width
    forward = (width + 1) * 4 * width + (4 * width + 1) * width
    block = attention + forward + 2 * 2 * width
    parameters = embedded + 6 * block + 2 * width + (width + 1) * 256
    assert model.count_params() == trainable(model) == parameters == 10_942_720
    assert (model.input_shape, model.output_shape) == ((None, 256), (None, 256, 256))
    with pytest.raises(ConfigurationError, match="model.weights=imagenet: gpt trains from scratch"):
        gpt.build(256, 256, "imagenet")


def test_small_transformer_has_no_published_weights() -> None:
    with pytest.raises(ConfigurationError, match="use null"):
        small_transformer.build(2, 10, 100, weights="imagenet")


def test_a_missing_weights_file_is_named() -> None:
    with pytest.raises(ConfigurationError, match="model.weights=/no/file.h5: no such file"):
        efficientnet_b0.build(classes=101, image_size=224, weights="/no/file.h5")


def test_a_file_that_holds_no_weights_is_named(tmp_path: Path) -> None:
    file = tmp_path / "w.weights.h5"
    file.write_text("not weights")
    with pytest.raises(ConfigurationError, match="not a weights file of EfficientNetB0"):
        efficientnet_b0.build(classes=101, image_size=224, weights=str(file))


def test_tiny_vgg_has_no_published_weights() -> None:
    with pytest.raises(ConfigurationError, match="use null"):
        tiny_vgg.build(classes=10, image_size=32, weights="imagenet")


def test_without_a_network_the_remedies_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens there
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path), raising=False)
    with pytest.raises(UnsupportedBenchmark, match="model.weights=null"):
        efficientnet_b0.build(classes=101, image_size=224, weights="imagenet")
