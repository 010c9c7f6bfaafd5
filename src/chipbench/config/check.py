"""A composed configuration held against the schema; each refusal is one line with the key."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from typing import Any

from omegaconf import DictConfig, OmegaConf

from chipbench.config.options import option, options
from chipbench.config.schema import ENTRIES, RULES, WITH, rule_of
from chipbench.config.spelling_suggestion import hint, key_hint
from chipbench.ground.errors import ConfigurationError

#: More choices than these are not listed where one is near.
_MOST_CHOICES = 12
#: Hydra's own word, known only while Hydra runs a job.
_HYDRAS = "${hydra:"


def leaves(config: DictConfig) -> dict[str, Any]:
    """Key → value as it is written, for all of ours that is not a section of more keys."""
    plain = OmegaConf.to_container(config, resolve=False)
    assert isinstance(plain, dict)
    plain.pop("hydra", None)
    return dict(_leaves(plain, ""))


def _leaves(node: Mapping[Any, Any], prefix: str) -> Iterable[tuple[str, Any]]:
    for key, value in node.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def check(name: str, config: DictConfig) -> None:
    """Hold every key of `config`, composed from the root `name`, against its rule.

    Raises ConfigurationError.
    """
    written = leaves(config)
    for key, value in written.items():
        if rule_of(key) is None:
            _refuse_unknown(key, value, written)
    _refuse_incomplete(name, config, written)
    for key, value in written.items():
        if not str(value).startswith(_HYDRAS):
            hold(key, OmegaConf.select(config, key, throw_on_resolution_failure=True))
    _refuse_other_names(config)
    _hold_together(config)


def hold(key: str, value: object) -> None:
    """Raise ConfigurationError unless `key`, which the schema knows, can have this value."""
    rule = rule_of(key)
    if rule is None or may_be(key, value):
        return
    kind = rule.kind
    near = hint(str(value), kind.choices())
    if near and len(kind.choices()) > _MOST_CHOICES:
        raise ConfigurationError(f"{key}={shown(value)}: no such choice{near}")
    raise ConfigurationError(f"{key}={shown(value)}: must be {kind.expected}{near}")


def may_be(key: str, value: object) -> bool:
    """Whether `key`, which the schema knows, can have this value."""
    rule = rule_of(key)
    return rule is not None and rule.kind.accepts(value)


def unknown_key(key: str, keys: Iterable[str]) -> ConfigurationError:
    """The refusal of a key that is not among `keys`: the nearest one, else those of its section."""
    known = [k for k in keys if (rule := rule_of(k)) is None or rule.instead is None]
    parent = key.rpartition(".")[0]
    beside = [other for other in known if other.rpartition(".")[0] == parent]
    there = beside or [other for other in known if "." not in other]
    label = f"keys of {parent if parent and beside else 'this entry'}"
    listed = f"; {label}: {', '.join(sorted(set(there)))}"
    others, near = _of_others(key), key_hint(key, known)
    if others and key.rpartition(".")[2] not in near:
        near = ""  # it is well written, for elsewhere
    return ConfigurationError(f"unknown {key}{others}{near or listed}")


def _of_others(key: str) -> str:
    """Which entry points have the key, as the middle of a message; empty if none has."""
    found = [
        entry
        for entry, rules in ENTRIES.items()
        if any(rule.fits(key) or rule.key.startswith(f"{key}.") for rule in rules)
    ]
    return f", which is a key of {', '.join(found)}" if found else ""


def shown(value: object) -> str:
    """`value` as a user would write it on the command line."""
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _refuse_unknown(key: str, value: object, keys: Iterable[str]) -> None:
    inside = [rule.key for rule in RULES if rule.key.startswith(f"{key}.")]
    if inside and value != {}:
        raise ConfigurationError(
            f"{key}={shown(value)}: has no value of its own; its keys: {', '.join(inside)}"
        )
    if not inside:
        raise unknown_key(key, [name for name in keys if rule_of(name) is not None])


def _refuse_incomplete(name: str, config: DictConfig, keys: Iterable[str]) -> None:
    """A file of conf/ has the keys that others of its folder have, whoever added or changed it."""
    chosen_by = WITH.items()
    more = [rules for (key, value), rules in chosen_by if OmegaConf.select(config, key) == value]
    for rule in chain(ENTRIES[name], *more):
        needed = rule.key.removesuffix(".*")
        if not any(f"{key}.".startswith(f"{needed}.") for key in keys):
            section = needed.partition(".")[0]
            chosen = config.hydra.runtime.choices.get(section)
            file = f"{section}/{chosen}.yaml" if chosen else f"{name}.yaml"
            raise ConfigurationError(
                f"{needed} is missing in conf/{file}: it must be {rule.kind.expected}"
            )


def _refuse_other_names(config: DictConfig) -> None:
    """An option that takes another's file as a base would else be recorded as that."""
    for group, chosen in config.hydra.runtime.choices.items():
        rule = rule_of(f"{group}.name")
        if rule is not None and rule.instead is not None:
            called = OmegaConf.select(config, rule.key)
            if called != chosen:
                raise ConfigurationError(
                    f"{rule.key}={shown(called)}: conf/{group}/{chosen}.yaml must call itself "
                    f"{chosen}"
                )
    if "model" in config and config.model.label != config.model.name.replace("_", ""):
        raise ConfigurationError(
            f"model.label={config.model.label}: conf/model/{config.model.name}.yaml must call its "
            f"model {config.model.name.replace('_', '')}"
        )


def _hold_together(config: DictConfig) -> None:
    """Keys that mean something only beside others."""
    if "model" in config:
        _hold_examples(config)
    if config.get("duration_s") is not None:
        _hold_duration(config)
    if "since" in config and None not in (config.since, config.until):
        _hold_dates(config)
    if "codec" in config:
        names = ["auto", "software", *(encoder.name for encoder in config.codec.encoders)]
        if config.encoder not in names:
            raise ConfigurationError(
                f"encoder={config.encoder}: codec={config.codec.name} has {', '.join(names)}"
                f"{hint(config.encoder, names)}"
            )
    if config.get("kind") == "forest" and config.machine.accelerator == "gpu":
        raise ConfigurationError(
            "machine.accelerator=gpu: scikit-learn grows its trees on the processor; use auto"
        )
    if config.get("method") == "final_cut_manual" and config.export_time_s is None:
        raise ConfigurationError(
            "export_time_s=null: method=final_cut_manual needs the seconds that you timed, such "
            "as export_time_s=208"
        )


def _hold_duration(config: DictConfig) -> None:
    """Only a training of its own goes on for a given time."""
    counted = {"createml": "CreateML counts its iterations", "limits": "each try is of some epochs"}
    why = next((said for section, said in counted.items() if section in config), None)
    if why is not None:
        raise ConfigurationError(f"duration_s={config.duration_s}: {why}; use epochs")


def _hold_dates(config: DictConfig) -> None:
    since, until = str(config.since), str(config.until)
    if date.fromisoformat(since) > date.fromisoformat(until):
        raise ConfigurationError(f"since={since}: it is after until={until}; nothing lies between")


def _hold_examples(config: DictConfig) -> None:
    """A model takes the examples of its data set; what is for images alone is for no other."""
    found, model = config.dataset.examples, config.model
    if model.examples != found:
        fit = [name for name in options("model") if option("model", name).examples == found]
        raise ConfigurationError(
            f"model={model.name}: takes {model.examples}, and dataset={config.dataset.name} has "
            f"{found}; models of {found}: {', '.join(fit)}"
        )
    if found == "images":
        return
    if "augmentation" in config:
        raise ConfigurationError(
            f"dataset={config.dataset.name}: CreateML classifies images, and these are {found}; "
            "use food101_10pct or another data set of images"
        )
    if not config.dataset.in_memory:
        raise ConfigurationError(f"dataset.in_memory=false: {found} are held in memory; use true")
    if found == "texts":
        _hold_file(config.dataset)


def _hold_file(dataset: DictConfig) -> None:
    """A file is named where it is read, and nowhere else."""
    if dataset.source == "file" and dataset.file is None:
        raise ConfigurationError(
            "dataset.file=null: dataset.source=file needs a file of text, such as "
            "dataset.file=book.txt"
        )
    if dataset.source != "file" and dataset.file is not None:
        raise ConfigurationError(
            f"dataset.source={dataset.source}: dataset.file is read with dataset.source=file alone"
        )
