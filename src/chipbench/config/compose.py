"""The configuration: composed by Hydra from `conf/`, checked, and explained when it is wrong."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from chipbench.config.overrides import is_sweep, parse
from chipbench.config.schema import RULES, Rule
from chipbench.ground.errors import ConfigurationError

_PACKAGE = Path(__file__).parents[1]
_SOURCE_TREE = _PACKAGE.parent.parent

#: An installed copy carries `conf/` inside the package; a checkout has it at its top.
CONF_DIR = _PACKAGE / "conf" if (_PACKAGE / "conf").is_dir() else _SOURCE_TREE / "conf"


def project_dir() -> Path:
    """The checkout that this package runs from, or the current folder for an installed copy."""
    return CONF_DIR.parent if (CONF_DIR.parent / "MLproject").is_file() else Path.cwd()


def compose_config(name: str, overrides: Sequence[str]) -> DictConfig:
    """The root config `name` with `overrides`, composed and checked.

    Raises ConfigurationError with one line that names the key and the nearest valid choices.
    """
    config = _composed(name, overrides)
    _without_hydra(config)
    return config


def compose_run(name: str, overrides: Sequence[str]) -> DictConfig:
    """The same for a run, which gets the output folder that Hydra's part of the config names."""
    _refuse_without_effect(overrides)
    config = _composed(name, overrides)
    folder = Path(config.hydra.run.dir).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"hydra.run.dir={config.hydra.run.dir}: {error.strerror}; name a folder that can be "
            "written"
        ) from None
    with open_dict(config):
        config.hydra.runtime.output_dir = str(folder)
    HydraConfig.instance().set_config(config)
    _without_hydra(config)
    return config


def _composed(name: str, overrides: Sequence[str]) -> DictConfig:
    GlobalHydra.instance().clear()
    try:
        _refuse_deletions(overrides)
        _refuse_unknown_options(overrides)
        with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
            config = compose(name, list(overrides), return_hydra_config=True)
            check(config)
            return config
    except ConfigurationError:
        raise
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise ConfigurationError(_explanation(list(overrides), _root(name), error)) from None


def _without_hydra(config: DictConfig) -> None:
    with open_dict(config):
        del config["hydra"]


#: Groups whose options are looked up by their `name` elsewhere.
_NAMED_GROUPS = ("dataset", "model", "optimizer")


def option(group: str, name: str) -> DictConfig:
    """The file of one option, such as `option("optimizer", "sgd")`."""
    loaded = OmegaConf.load(CONF_DIR / group / f"{name}.yaml")
    assert isinstance(loaded, DictConfig)
    return loaded


def _refuse_without_effect(overrides: Sequence[str]) -> None:
    """Of Hydra's own keys a run heeds its folder alone: it goes through no job of Hydra's."""
    for override in map(parse, overrides):
        key = override.key_or_group
        if key.startswith("hydra.") and key != "hydra.run.dir":
            raise ConfigurationError(
                f"{key}: has no effect on a run, which takes of Hydra's keys hydra.run.dir alone; "
                "verbose=true shows what the libraries say"
            )


def _refuse_deletions(overrides: Sequence[str]) -> None:
    """A deleted key would go unchecked, and what is in the config is there to be read."""
    for override in map(parse, overrides):
        if override.is_delete():
            raise ConfigurationError(f"~{override.key_or_group}: the benchmark needs this key")


def _refuse_unknown_options(overrides: Sequence[str]) -> None:
    """Only an option's own name chooses it: Hydra would take a path to any other file as well."""
    for override in map(parse, overrides):
        group = override.key_or_group
        if override.is_sweep_override() or not (CONF_DIR / group).is_dir():
            continue
        wanted, options = override.value(), _options(group)
        if options and wanted not in options:
            named = f"{group}={_shown(wanted)}"
            raise ConfigurationError(_unknown(named, str(wanted), options, f"choices for {group}"))


def check(config: DictConfig) -> None:
    """Hold every known key of `config` against its rule. Raises ConfigurationError."""
    for group in filter(config.__contains__, _NAMED_GROUPS):
        _hold(config, Rule(f"{group}.name", _options(group).__contains__, _choice_of(group)))
    for rule in RULES:
        _hold(config, rule)


def _hold(config: DictConfig, rule: Rule) -> None:
    section, _, key = rule.key.rpartition(".")
    if section and section not in config:
        return
    parent = config[section] if section else config
    if parent is not None and key not in parent:
        return  # it belongs to another entry point, or to another option of the group
    value = OmegaConf.select(config, rule.key, throw_on_resolution_failure=True)
    if not rule.accepts(value):
        raise ConfigurationError(f"{rule.key}={_shown(value)}: must be {rule.expected}")


def _choice_of(group: str) -> str:
    return f"one of {', '.join(_options(group))}"


def _shown(value: object) -> str:
    """`value` as a user would write it on the command line."""
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _options(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF_DIR / group).glob("*.yaml"))


def _explanation(overrides: list[str], root: "_Root", error: Exception) -> str:
    """One line for what Hydra refused: the key, what was wrong, the nearest choices."""
    for override in overrides:
        if is_sweep(override):
            return f"{override}: several values are a sweep; use -e sweep -P {override}"
    key = _unknown_key(root, overrides)
    if key is not None:
        parent = key.rpartition(".")[0]
        siblings = [k for k in root.keys if k.rpartition(".")[0] == parent]
        return _unknown(key, key, siblings or root.top_keys, f"keys of {parent or 'this entry'}")
    first = " ".join(str(error).split())
    return f"the configuration is wrong: {first}"


def _unknown_key(root: "_Root", overrides: list[str]) -> str | None:
    for override in overrides:
        parsed = parse(override)
        added = parsed.is_add() or parsed.is_force_add()
        key = parsed.key_or_group
        if not added and key not in root.keys and not key.startswith("hydra"):
            return key
    return None


@dataclass(frozen=True)
class _Root:
    """What a root config holds before any override."""

    keys: frozenset[str]  # with their groups, dotted
    groups: frozenset[str]

    @property
    def top_keys(self) -> list[str]:
        return [key for key in self.keys if "." not in key]


@cache
def _root(name: str) -> _Root:
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        config = compose(name, return_hydra_config=True)
    groups = frozenset(str(key) for key in config.hydra.runtime.choices if "/" not in str(key))
    with open_dict(config):
        del config["hydra"]
    return _Root(groups | frozenset(_paths(config, "")), groups)


def _paths(node: DictConfig, prefix: str) -> Iterable[str]:
    for key in map(str, node):
        path = prefix + key
        yield path
        child = node._get_node(key)
        if isinstance(child, DictConfig) and not child._is_none() and not child._is_missing():
            yield from _paths(child, f"{path}.")


def _unknown(what: str, wanted: str, choices: Iterable[str], label: str) -> str:
    choices = sorted(set(choices))
    near = difflib.get_close_matches(wanted, choices, n=1, cutoff=0.5)
    nearest = f" (nearest: {near[0]})" if near else ""
    return f"unknown {what}; {label}: {', '.join(choices)}{nearest}"
