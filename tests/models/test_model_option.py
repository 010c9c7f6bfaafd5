from typing import Any

import numpy as np
import pytest

from chipbench.backends import backend
from chipbench.backends.model_building import build_model
from chipbench.backends.optimizer import ChosenOptimizer
from chipbench.config.compose import compose_config
from chipbench.data import Arrays, DataSet
from chipbench.ground.errors import ConfigurationError
from chipbench.models.model_option import built

backend("tensorflow").start(verbose=False)
ODD = "support.odd_models"


def make(name: str, logits: bool = False) -> Any:
    spec = {"name": "mine", "build": f"{ODD}.{name}", "classes": 4, "sizes": {"image_size": 8}}
    return built({**spec, "weights": None, "logits": logits})


@pytest.mark.parametrize(
    ("name", "logits", "said"),
    [
        ("no_model", False, "its build() makes a dict, and no Keras model"),
        ("no_input", False, "begin it with an Input layer"),
        ("grey", False, "it takes 8 x 8 x 1, and the pictures are 8 x 8 x 3, also grey ones"),
        ("larger", False, "it takes 16 x 16 x 3, and the pictures are 8 x 8 x 3"),
        ("more_classes", False, "it gives 5, and the data set has 4 classes"),
        ("pictures", False, "it gives 8 x 8 x 4, and the data set has 4 classes"),
        ("logits", False, "its outputs are no probabilities, which the loss wants"),
        ("sigmoid", False, "end it in softmax, or say logits: true in its file of conf/model/"),
        ("probabilities", True, "model.logits=true, and its outputs are probabilities; use false"),
        ("softmax_operation", True, "its outputs are probabilities; use false"),
    ],
)
def test_what_no_training_here_fits_is_refused_in_one_line(
    name: str, logits: bool, said: str
) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        make(name, logits)
    assert str(refusal.value).startswith("model=mine: ") and said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["probabilities", "softmax_operation", "inside", "any_size"])
def test_however_a_model_makes_its_probabilities_it_is_taken_as_it_is(name: str) -> None:
    assert all(layer.name != "probabilities" for layer in make(name).layers)


def test_a_model_of_logits_trains_as_one_that_ends_in_softmax() -> None:
    images = np.random.default_rng(1).integers(0, 255, (8, 8, 8, 3)).astype("uint8")
    labels = np.arange(8) % 4
    part = Arrays(images, labels)
    data = DataSet("d", "bundled", tuple("abcd"), part, part, 8, 8)
    adam = {"_target_": "keras.optimizers.Adam", "learning_rate": 0.01}
    losses = {}
    for name, logits in (("probabilities", "false"), ("logits", "true")):
        words = [f"model.build._target_={ODD}.{name}", f"model.logits={logits}"]
        config = compose_config("train", ["output_dir=out", "dataset.image_size=8", *words])
        model = build_model(config, data, ChosenOptimizer("adam", "adam", None, adam), False)
        assert model(images[:1] / 255).numpy().sum() == pytest.approx(1)
        losses[name] = [
            float(model.train_on_batch(images / 255, labels, return_dict=True)["loss"])
            for _ in range(4)
        ]
    assert losses["logits"] == pytest.approx(losses["probabilities"], rel=1e-5)
    assert losses["logits"][-1] < losses["logits"][0] < 3


def test_a_model_within_a_graph_gets_its_softmax_behind_it() -> None:
    model = make("logits_inside", logits=True)
    assert model.layers[-1].name == "probabilities"
    assert model.predict_on_batch(np.ones((1, 8, 8, 3))).sum() == pytest.approx(1)


def test_the_layer_that_a_frozen_backbone_ends_with_stays_one_of_the_model() -> None:
    model = make("logits_behind_features", logits=True)
    assert [layer.name for layer in model.layers][-3:] == ["features", "head", "probabilities"]
