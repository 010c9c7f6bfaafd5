"""The configuration: composed by Hydra from `conf/`, checked, and explained when it is wrong."""

import os
from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.types import Override, OverrideType
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from chipbench.config.check import check, hold, leaves, shown, unknown_key
from chipbench.config.literal_text import literal_value
from chipbench.config.options import CONF_DIR, options, unreadable
from chipbench.config.overrides import is_sweep, parse, refuse_both
from chipbench.config.schema import rule_of
from chipbench.config.spelling_suggestion import hint, key_hint
from chipbench.ground.errors import ConfigurationError

#: How Hydra, and what it reads with, refuse; UnicodeDecodeError is a ValueError.
_HYDRAS = (HydraException, OmegaConfBaseException, YAMLError, ValueError)


def compose_config(name: str, overrides: Sequence[str]) -> DictConfig:
    """The root config `name` with `overrides`, composed and checked.

    Raises ConfigurationError with one line that names the key and the nearest valid choices.
    """
    config = _composed(name, overrides)
    _without_hydra(config)
    return config


def check_print(name: str, overrides: Sequence[str], what: str, package: str | None) -> None:
    """Hold what `--cfg <what> --package <package>` would print.

    Raises ConfigurationError as `compose_config` does, and for a package that is not there.
    """
    config = _composed(name, overrides)
    if what == "job":
        _without_hydra(config)
    keys = _keys(name, overrides)
    if package not in (None, "_global_") and OmegaConf.select(config, str(package)) is None:
        raise ConfigurationError(
            f"--package {package}: the configuration has no such part with a value"
            f"{key_hint(str(package), keys)}"
        )


def compose_run(name: str, overrides: Sequence[str]) -> DictConfig:
    """The same for a run, whose output folder Hydra's part of the config names unless it does."""
    _refuse_without_effect(overrides)
    config = _composed(name, overrides)
    with open_dict(config):
        folder = Path(config.hydra.run.dir).absolute()
        config.hydra.runtime.output_dir = literal_value(str(folder))
    HydraConfig.instance().set_config(config)
    _without_hydra(config)
    return config


def _composed(name: str, overrides: Sequence[str]) -> DictConfig:
    GlobalHydra.instance().clear()
    try:
        _refuse_deletions(overrides)
        _refuse_unknown_options(name, overrides)
        _refuse_additions(name, overrides)
        _refuse_what_follows(overrides)
        refuse_both(overrides)
        config = _with_values(name, _as_set(name, overrides))
        check(name, config)
        return config
    except ConfigurationError:
        raise
    except _HYDRAS as error:
        raise _explanation(name, overrides, error) from None


def _with_values(name: str, overrides: Sequence[str]) -> DictConfig:
    """What Hydra composes, in a tenth of its time where the same options were chosen before.

    Hydra sets values last: here they are set in a copy of what the options give. A sweep composes
    each of its jobs before the first begins, and most differ in values alone.
    """
    values = [override for override in map(parse, overrides) if _is_value(override)]
    set_here = {override.input_line for override in values}
    config = deepcopy(_plain(name, tuple(word for word in overrides if word not in set_here)))
    for override in values:
        try:
            OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
        except OmegaConfBaseException:
            return _by_hydra(name, overrides)  # which says what is wrong
    config.hydra.runtime.cwd = os.getcwd()
    return config


def _is_value(override: Override) -> bool:
    """Whether this sets a key and chooses nothing; Hydra's own keys are left to Hydra."""
    key = override.key_or_group
    is_set = override.type is OverrideType.CHANGE and override.package is None
    of_hydra = key.startswith(("hydra.", "hydra/")) or (CONF_DIR / key).is_dir()
    return is_set and not of_hydra and not override.is_sweep_override()


def _without_hydra(config: DictConfig) -> None:
    with open_dict(config):
        del config["hydra"]


def _refuse_without_effect(overrides: Sequence[str]) -> None:
    """Of Hydra's own keys a run heeds its folder alone: it goes through no job of Hydra's."""
    for override in map(parse, overrides):
        key = override.key_or_group
        if key.startswith(("hydra.", "hydra/")) and key != "hydra.run.dir":
            raise ConfigurationError(
                f"{key}: has no effect on a run, which takes of Hydra's keys hydra.run.dir alone; "
                "verbose=true shows what the libraries say"
            )


def _refuse_deletions(overrides: Sequence[str]) -> None:
    """A deleted key would go unchecked, and what is in the config is there to be read."""
    for override in map(parse, overrides):
        if override.is_delete():
            raise ConfigurationError(f"~{override.key_or_group}: the benchmark needs this key")


def _refuse_unknown_options(name: str, overrides: Sequence[str]) -> None:
    """Only an option's own name chooses it: Hydra would take a path to any other file as well."""
    for override in map(parse, overrides):
        group = override.key_or_group
        if override.is_sweep_override():
            continue
        wanted, choices = override.value(), options(group)
        if choices and wanted not in choices and group in groups_of(name):
            raise ConfigurationError(
                f"unknown {group}={shown(wanted)}; choices for {group}: {', '.join(choices)}"
                f"{hint(str(wanted), choices)}"
            )


def _refuse_additions(name: str, overrides: Sequence[str]) -> None:
    """`+key=value` adds to the sections that are open, and to nothing else."""
    for override in map(parse, overrides):
        key = override.key_or_group
        if not (override.is_add() or override.is_force_add()) or key.startswith("hydra"):
            continue
        keys = _keys(name, overrides)
        if key not in keys and not _may_be_added(key, keys):
            raise unknown_key(key, keys)


def _as_set(name: str, overrides: Sequence[str]) -> list[str]:
    """`+key=value` for a key that is there already gives it that value, which Hydra refuses."""
    return [
        override.removeprefix("+")
        if (parsed := parse(override)).is_add() and parsed.key_or_group in _keys(name, overrides)
        else override
        for override in overrides
    ]


def _may_be_added(key: str, keys: Iterable[str]) -> bool:
    """Whether `key` would be a new one of an open section."""
    rule = rule_of(key)
    return rule is not None and rule.is_open and key.rpartition(".")[0] in keys


def _refuse_what_follows(overrides: Sequence[str]) -> None:
    """Some keys say what others mean: a user gives those."""
    for override in map(parse, overrides):
        rule = rule_of(override.key_or_group)
        if rule is not None and rule.instead is not None:
            raise ConfigurationError(f"{override.key_or_group}: cannot be given; {rule.instead}")


def _explanation(name: str, overrides: Sequence[str], error: Exception) -> ConfigurationError:
    """What Hydra refused, in one line: the key, what was wrong, the nearest choices."""
    for override in overrides:
        if is_sweep(override):
            said = f"{override}: several values are a sweep; use -e sweep -P {override}"
            return ConfigurationError(said)
    told = ConfigurationError(_told(error))
    try:
        keys, groups = _keys(name, overrides), groups_of(name)
    except (YAMLError, UnicodeDecodeError):
        return next(map(ConfigurationError, unreadable(_files(overrides))), told)
    except _HYDRAS:  # not of the command line: of a file
        return told
    for override in overrides:
        key = parse(override).key_or_group
        if key not in keys and _may_be_added(key, keys):
            return ConfigurationError(f"{key}: a new key is added with +{override}")
        if key not in keys and not key.startswith("hydra"):
            return unknown_key(key, keys)
        if (CONF_DIR / key).is_dir() and key not in groups:
            return ConfigurationError(f"{override}: this entry point has no choice of {key}")
        if key in keys:
            hold(key, parse(override).value())  # another key may be made with it
    return told


def _told(error: Exception) -> str:
    """What a library says in several lines; the first has the fault."""
    key = getattr(error, "full_key", None)
    said = str(error).strip().splitlines()[0]
    return f"{key}: {said}" if key else f"the configuration is wrong: {said}"


def _files(overrides: Sequence[str]) -> list[str]:
    """The files of `conf/` that are chosen, if they are options."""
    parsed = (parse(override) for override in overrides if not is_sweep(override))
    return [f"{override.key_or_group}/{override.value()}.yaml" for override in parsed]


def _keys(name: str, overrides: Sequence[str]) -> frozenset[str]:
    """The keys and sections of the root config `name` with the options chosen, and its groups."""
    groups = groups_of(name)
    chosen = tuple(word for word in overrides if parse(word).key_or_group in groups)
    written = leaves(_plain(name, chosen))
    parts = (key.split(".") for key in written)
    sections = {".".join(words[:depth]) for words in parts for depth in range(1, len(words))}
    return groups | sections | frozenset(written)


def groups_of(name: str) -> frozenset[str]:
    """The groups that an entry point has a choice of."""
    choices = map(str, _plain(name, ()).hydra.runtime.choices)
    return frozenset(group for group in choices if "/" not in group)


@cache
def _plain(name: str, chosen: tuple[str, ...]) -> DictConfig:
    """The root config, with no more than these options chosen."""
    return _by_hydra(name, chosen)


def _by_hydra(name: str, overrides: Sequence[str]) -> DictConfig:
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        return compose(name, list(overrides), return_hydra_config=True)
