from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf

from chipbench.config import compose as compose_module
from chipbench.config.compose import compose_config
from chipbench.config.options import CONF_DIR
from chipbench.config.recorded_params import public_config, recorded_params
from chipbench.ground.errors import ConfigurationError

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
        ("batchsize=3", ["unknown batchsize (nearest: batch_size)"]),
        ("batch-size=3", ["unknown batch-size (nearest: batch_size)"]),
        ("optimiser=sgd", ["unknown optimiser (nearest: optimizer)"]),
        ("optimiser.learning_rate=1", ["(nearest: optimizer.learning_rate)"]),
        ("learning_rate=1", ["unknown learning_rate (nearest: optimizer.learning_rate)"]),
        ("dataset.batchsize=1", ["unknown dataset.batchsize (nearest: batch_size)"]),
        ("optimizer.lr=0.1", ["unknown optimizer.lr (nearest: optimizer.learning_rate)"]),
        ("optimizer.create.momentum=0.9", ["is added with +optimizer.create.momentum=0.9"]),
        ("batch_size=0", ["batch_size=0", "1 or more"]),
        ("batch_size=-1", ["batch_size=-1", "1 or more"]),
        ("batch_size=abc", ["batch_size=abc", "whole number"]),
        ("batch_size=true", ["batch_size=true", "whole number"]),
        ("epochs=0", ["epochs=0", "1 or more"]),
        ("epochs=1.5", ["epochs=1.5", "whole number"]),
        ("precision=float8", ["precision=float8", "mixed_bfloat16 (nearest: float32)"]),
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
        ("experiment=../machine/auto", ["unknown experiment=", "tinyvgg_cifar10"]),
        ("experiment=null", ["unknown experiment=null", "tinyvgg_cifar10"]),
        ("model=[tiny_vgg]", ["unknown model=", "nearest: tiny_vgg"]),
        ("foo=1", ["unknown foo", "batch_size, cache_dir, dataset"]),
        ("+foo=1", ["unknown foo", "batch_size, cache_dir, dataset"]),
        ("++nonsense=1", ["unknown nonsense", "batch_size, cache_dir, dataset"]),
        ("+dataset.foo=1", ["unknown dataset.foo", "keys of dataset"]),
        ("+tags.site=lab", ["unknown tags.site"]),
        ("clip=small", ["unknown clip", "batch_size, cache_dir"]),
        ("+clip=small", ["unknown clip", "batch_size, cache_dir"]),
        ("dataset.foo=1", ["unknown dataset.foo", "dataset.data_dir, dataset.image_size"]),
        ("=1", ["'=1'", "no key"]),
        ("~model", ["~model", "needs this key"]),
        ("~monitor", ["~monitor", "needs this key"]),
        ("~dataset.name", ["~dataset.name", "needs this key"]),
        ("monitor=null", ["monitor=null", "its keys: monitor.interval_s"]),
        ("tracking.uri=7", ["tracking.uri=7", "null or the address"]),
        ("output_dir=7", ["output_dir=7", "a folder"]),
        ("machine.facts.price_usd='700 USD'", ["machine.facts.price_usd=700 USD", "a number"]),
        ("machine.facts.cpu_cores=many", ["machine.facts.cpu_cores=many", "whole number"]),
        ("kind=x", ["kind: cannot be given"]),
        ("benchmark=tinyvgg_digits", ["benchmark: cannot be given; it follows from"]),
        ("model.label=tinyvgg", ["model.label: cannot be given"]),
        ("tracking.name=none", ["tracking.name: cannot be given; choose with tracking="]),
        ("model.build._target_='os.system(1)'", ["full name of a Python object"]),
        ("monitor.interval_s=inf", ["monitor.interval_s=inf", "above 0"]),
        ("seed=4294967296", ["seed=4294967296", "4294967295"]),
        ("optimizer.learning_rate=inf", ["optimizer.learning_rate=inf", "above 0"]),
        ("optimizer.fallback=adamw", ["optimizer.fallback=adamw", "null or one of adam, sgd"]),
        ("target_accuracy=true", ["target_accuracy=true", "0.6"]),
        ("dataset.name=foo", ["dataset.name: cannot be given; choose with dataset=<option>"]),
        ("model.name=foo", ["model.name: cannot be given; choose with model=<option>"]),
        ("dataset.image_size=abc", ["dataset.image_size=abc", "whole number"]),
        ("dataset.shuffle_buffer=-1", ["dataset.shuffle_buffer=-1", "0 or more"]),
        ("tracking.experiment_name=", ["tracking.experiment_name=", "a name"]),
    ],
)
def test_bad_input_names_key_and_choices_in_one_line(override: str, expected: list[str]) -> None:
    assert_refused("train", override, expected)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("clip.duration_s=abc", ["clip.duration_s=abc", "above 0"]),
        ("clip.duration_s=-1", ["clip.duration_s=-1", "above 0"]),
        ("clip.duration_s=inf", ["clip.duration_s=inf", "above 0"]),
        ("clip.fps=0", ["clip.fps=0", "above 0"]),
        ("clip.rendered_s=0", ["clip.rendered_s=0", "above 0"]),
        ("clip.resolution=720p", ["clip.resolution=720p", "1080p, 2160p"]),
        ("quality=abc", ["quality=abc", "true or false"]),
        ("keep_output=3", ["keep_output=3", "true or false"]),
        ("method=foo", ["method=foo", "final_cut_manual"]),
        ("export_time_s=abc", ["export_time_s=abc", "seconds"]),
        ("export_time_s=-1", ["export_time_s=-1", "seconds above 0"]),
        ("method=final_cut_manual", ["export_time_s=null", "such as export_time_s=208"]),
        ("method=avconvertt", ["method=avconvertt", "(nearest: avconvert)"]),
        ("encoder=7", ["encoder=7", "auto, software, or one of the codec's"]),
        ("encoder=libx246", ["encoder=libx246", "h264_nvenc, libx264 (nearest: libx264)"]),
        ("protocol=tuned", ["protocol=tuned", "no choice of protocol"]),
        ("codec.megabits_per_s=0", ["codec.megabits_per_s=0", "above 0"]),
        ("codec=vp9", ["unknown codec=vp9", "h264"]),
        ("batch_size=3", ["unknown batch_size", "clip, codec, encoder"]),
    ],
)
def test_bad_input_of_an_export_is_refused_before_it_starts(
    override: str, expected: list[str]
) -> None:
    assert_refused("export", override, expected)


def assert_refused(entry: str, override: str, expected: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compose_config(entry, [OUTPUT, override])
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


def test_a_key_that_is_there_may_be_given_with_a_plus() -> None:
    assert compose_config("compare", ["output_dir=none", "+files=a.json"]).files == "a.json"


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


@pytest.mark.parametrize(
    ("weights", "recorded"),
    [
        ("'~/secret_folder/my clips/w 1.h5'", "w 1.h5"),
        ("'/home/secret_folder/a b/w.h5'", "w.h5"),
        ("imagenet", "imagenet"),
    ],
)
def test_no_way_of_writing_a_path_reveals_a_folder(weights: str, recorded: str) -> None:
    assert recorded_params(compose(f"model.weights={weights}"))["model.weights"] == recorded


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["epochs=3", "target_accuracy=0.5", "output_dir='a b'", "machine.facts.price_usd=null"],
        ["experiment=efficientnetb0_food101", "epochs=2", "model.weights=null"],
        [
            "dataset=digits",
            "dataset.max_examples=96",
            "batch_size=16",
            "+machine.facts.price_usd=7",
        ],
        ["model.build={_target_: a.b}", "optimizer=sgd", "epochs=1", "epochs=2"],
        ["hydra.run.dir=here", "hydra/launcher=joblib", "seed=7"],
    ],
)
def test_values_are_set_as_hydra_sets_them(words: list[str]) -> None:
    """And no configuration has what an earlier one was given."""
    compose_module._plain.cache_clear()
    expected = as_written(compose_module._by_hydra("train", words))
    for _ in range(2):
        config = compose_module._with_values("train", words)
        assert as_written(config) == expected
        config.epochs = 99


def as_written(config: DictConfig) -> object:
    """Without the words as they were said, which nothing reads."""
    config.hydra.overrides.task, config.hydra.job.override_dirname = [], ""
    return OmegaConf.to_container(config)
