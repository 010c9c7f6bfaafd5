from pathlib import Path

import pytest
from omegaconf import OmegaConf

from chipbench.configuration import CONF_DIR, compose_config, public_config, recorded_params
from chipbench.errors import ConfigurationError

OUTPUT = "output_dir=out"


def compose(*overrides: str) -> object:
    return compose_config("train", [OUTPUT, *overrides])


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("experiment=tinyvgg_cifar100", ["unknown experiment=", "tinyvgg_cifar10"]),
        ("model=tinyvgg", ["unknown model=tinyvgg", "efficientnet_b0", "nearest: tiny_vgg"]),
        ("dataset=cifar", ["unknown dataset=cifar", "food101_10pct"]),
        ("optimizer=adamw", ["unknown optimizer=adamw", "adam, sgd"]),
        ("batchsize=3", ["unknown batchsize", "batch_size"]),
        ("optimizer.lr=0.1", ["unknown optimizer.lr", "optimizer"]),
        ("batch_size=0", ["batch_size=0", "1 or more"]),
        ("batch_size=-1", ["batch_size=-1", "1 or more"]),
        ("batch_size=abc", ["batch_size=abc", "whole number"]),
        ("batch_size=true", ["batch_size=True", "whole number"]),
        ("epochs=0", ["epochs=0", "1 or more"]),
        ("epochs=1.5", ["epochs=1.5", "whole number"]),
        ("precision=float8", ["precision=float8", "mixed_bfloat16"]),
        ("monitor.interval_s=0", ["monitor.interval_s=0", "above 0"]),
        ("target_accuracy=60", ["target_accuracy=60", "0.6"]),
        ("dataset.source=web", ["dataset.source=web", "generated"]),
        ("dataset.max_examples=0", ["dataset.max_examples=0", "1 or more"]),
        ("batch_size='$(touch x)'", ["batch_size=$(touch x)", "whole number"]),
        ("seed='${nowhere}'", ["nowhere"]),
        ("batch_size='${'", ["batch_size"]),
        ("batch_size=16,32", ["-e sweep -P batch_size=16,32"]),
        ("~batch_size", ["batch_size"]),
        ("optimizer=3", ["unknown optimizer=3"]),
    ],
)
def test_bad_input_names_key_and_choices_in_one_line(override: str, expected: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compose(override)
    message = str(caught.value)
    assert "\n" not in message
    for part in expected:
        assert part in message


@pytest.mark.parametrize("path", sorted((CONF_DIR / "experiment").glob("*.yaml")))
def test_every_experiment_composes(path: Path) -> None:
    entry = "createml" if path.stem.startswith("createml") else "train"
    config = compose_config(entry, [f"experiment={path.stem}", "output_dir=none"])
    assert (config.model.label in path.stem) == (entry == "train")
    assert config.dataset.name.startswith(path.stem.partition("_")[2])


@pytest.mark.parametrize("path", sorted((CONF_DIR / "machine").glob("*.yaml")))
def test_every_machine_composes(path: Path) -> None:
    config = compose(f"machine={path.stem}")
    assert config.machine.name == (None if path.stem == "auto" else path.stem)


def test_the_default_needs_no_download() -> None:
    config = compose()
    assert (config.dataset.name, config.dataset.source) == ("cifar10", "generated")
    assert (config.batch_size, config.epochs, config.protocol.name) == (32, 10, "article")


def test_the_articles_experiments_use_real_data() -> None:
    assert compose("experiment=tinyvgg_cifar10").dataset.source == "tfds"
    config = compose("experiment=efficientnetb0_food101")
    assert (config.dataset.source, config.epochs, config.model.weights) == ("tfds", 5, "imagenet")


def test_local_paths_and_the_stores_address_are_not_recorded(tmp_path: Path) -> None:
    config = compose(
        f"dataset.data_dir={tmp_path}/secret_folder",
        f"model.weights={tmp_path}/secret_folder/w.h5",
        f"cache_dir={tmp_path}/secret_folder",
        "tracking.uri='https://bob:pass@example.org'",
    )
    text = OmegaConf.to_yaml(OmegaConf.create(public_config(config))) + str(recorded_params(config))
    for secret in ("secret_folder", "bob", "pass@", "example.org", str(tmp_path)):
        assert secret not in text
    assert recorded_params(config)["model.weights"] == "w.h5"
