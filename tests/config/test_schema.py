"""The schema against `conf/`: what stands in one stands in the other."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf, open_dict

from chipbench.config import compose as compose_module
from chipbench.config import options as options_module
from chipbench.config.check import check, leaves
from chipbench.config.compose import compose_config
from chipbench.config.key_rule import Role
from chipbench.config.options import CONF_DIR, options
from chipbench.config.schema import ENTRIES, RULES, rule_of
from chipbench.ground.errors import ConfigurationError

ROOTS = sorted(path.stem for path in CONF_DIR.glob("*.yaml"))


#: A model takes the examples of its data set alone.
OTHERS = {"dataset": ["imdb", "tokens"], "model": ["small_transformer", "gpt"]}
#: Those that set both of them, and belong to `train`.
EXPERIMENTS = ("smalltransformer_imdb", "gpt_tokens")


def _options(group: str) -> list[str]:
    apart = {*OTHERS.get(group, ()), *EXPERIMENTS}
    return [option for option in options(group) if option not in apart]


def configurations() -> Iterator[dict[str, object]]:
    """What every root config holds, as it stands and with every option of each of its groups."""
    for experiment in EXPERIMENTS:
        yield leaves(compose_config("train", [f"experiment={experiment}"]))
    for root in ROOTS:
        yield leaves(compose_config(root, []))
        choices = {group: _options(group) for group in compose_module.groups_of(root)}
        for number in range(max(map(len, choices.values()), default=0)):
            # An option of each group at once: what one holds does not hang on the others'.
            chosen = {
                group: found[number] for group, found in choices.items() if number < len(found)
            }
            yield leaves(compose_config(root, [f"{g}={option}" for g, option in chosen.items()]))


def test_every_key_has_a_rule_and_every_rule_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example.org")
    keys = {key for written in configurations() for key in written}
    assert {key for key in keys if rule_of(key) is None and rule_of(f"{key}.") is None} == set()
    sections = {f"{key}." for key in keys}
    unused = {rule.key for rule in RULES if not any(map(rule.fits, keys | sections))}
    assert unused == set() and sorted(ENTRIES) == ROOTS


def test_no_key_has_two_rules_that_disagree() -> None:
    names = [rule.key for rule in RULES]
    assert len(names) == len(set(names))


def test_what_a_benchmark_is_called_defines_no_work() -> None:
    for key in ("benchmark", "model.name", "model.label", "model.build._target_", "clip.name"):
        rule = rule_of(key)
        assert rule is not None and rule.role is Role.ASIDE


@pytest.mark.parametrize("root", ROOTS)
def test_a_key_that_a_file_lost_is_named_with_the_file(root: str) -> None:
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        whole = compose(
            root, ["tracking.uri=x"] * (root not in ("share", "sweep")), return_hydra_config=True
        )
    with open_dict(whole):  # the rest of Hydra's part would be copied for each key
        whole.hydra = {"runtime": {"choices": whole.hydra.runtime.choices}}
    for key in leaves(whole):
        section, _, last = key.rpartition(".")
        part = OmegaConf.select(whole, section) if section else whole
        lost = part._get_node(last)
        with open_dict(whole):
            del part[last]
        with pytest.raises(ConfigurationError, match=f"^{re.escape(key)} is missing in conf/"):
            check(root, whole)
        with open_dict(whole):  # a copy for each key would take ten times as long
            part[last] = lost


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of `conf/` that a test may add files to."""
    folder = tmp_path / "conf"
    compose_module._plain.cache_clear()
    shutil.copytree(CONF_DIR, folder)
    for module in (compose_module, options_module):
        monkeypatch.setattr(module, "CONF_DIR", folder)
    yield folder
    compose_module._plain.cache_clear()


@pytest.mark.parametrize(
    ("file", "text", "choice", "said"),
    [
        ("machine/mine", "defaults: [auto, _self_]\nfacts: {price_eur: 700}\n", "machine=mine",
         "unknown machine.facts.price_eur (nearest: machine.facts.price_usd)"),
        ("machine/mine", "defaults: [auto, _self_]\nfacts: {price_usd: 700 USD}\n", "machine=mine",
         "machine.facts.price_usd=700 USD: must be null or a number of US dollars"),
        ("machine/mine", "defaults: [auto, _self_]\nFacts: {price_usd: 700}\n", "machine=mine",
         "unknown machine.Facts.price_usd (nearest: machine.facts.price_usd)"),
        ("model/mine", "name: mine\nlabel: mine\nexamples: images\n", "model=mine",
         "model.build._target_ is missing in conf/model/mine.yaml: it must be the full name of"),
        ("backend/mine", "{}\n", "backend=mine",
         "backend.name is missing in conf/backend/mine.yaml: it must be one of"),
        ("protocol/mine", "name: mine\nloop: keras\n", "protocol=mine",
         "protocol.validate is missing in conf/protocol/mine.yaml: it must be true or false"),
        ("strategy/multi_worker", "name: multi_worker\ncpu_devices: null\n",
         "strategy=multi_worker", "strategy.workers is missing in conf/strategy/multi_worker.yaml"),
        ("machine/mine", "name: null\n", "machine=mine",
         "machine.force is missing in conf/machine/mine.yaml: it must be true or false"),
        ("machine/mine", "defaults: [auto, _self_]\nfacts: {name: Mine}\n", "machine=mine",
         "unknown machine.facts.name; keys of machine.facts: machine.facts.cpu, machine.facts"),
        ("model/mine", "defaults: [tiny_vgg, _self_]\nname: mine\n", "model=mine",
         "model.label=tinyvgg: conf/model/mine.yaml must call its model mine"),
        ("optimizer/mine", "defaults: [sgd, _self_]\n", "optimizer=mine",
         "optimizer.name=sgd: conf/optimizer/mine.yaml must call itself mine"),
        ("dataset/mine", "defaults: [food101, _self_]\n", "dataset=mine",
         "dataset.name=food101: conf/dataset/mine.yaml must call itself mine"),
    ],
)  # fmt: skip
def test_a_file_that_somebody_adds_is_checked(
    conf: Path, file: str, text: str, choice: str, said: str
) -> None:
    (conf / f"{file}.yaml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        compose_config("train", [choice, "output_dir=none"])
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value)


def test_a_file_has_the_name_that_it_gives_itself(conf: Path) -> None:
    text = (conf / "model" / "tiny_vgg.yaml").read_text()
    (conf / "model" / "mine.yaml").write_text(text.replace("name: tiny_vgg", "name: tiny"))
    with pytest.raises(ConfigurationError, match="model.name=tiny: must be one of"):
        compose_config("train", ["model=mine", "output_dir=none"])


def test_an_optimizer_is_one_file_and_may_be_a_fallback(conf: Path) -> None:
    text = (conf / "optimizer" / "sgd.yaml").read_text()
    text = text.replace("name: sgd", "name: rmsprop").replace("SGD", "RMSprop")
    (conf / "optimizer" / "rmsprop.yaml").write_text(text)
    words = ["output_dir=none", "optimizer.fallback=rmsprop"]
    assert compose_config("train", words).optimizer.fallback == "rmsprop"
    config = compose_config("train", ["output_dir=none", "optimizer=rmsprop"])
    assert config.optimizer.create._target_ == "keras.optimizers.RMSprop"
