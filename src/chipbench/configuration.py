"""The configuration: composed by Hydra from `conf/`, checked, and explained when it is wrong."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from chipbench.arguments import is_sweep, parse
from chipbench.errors import ConfigurationError

_PACKAGE = Path(__file__).parent
_SOURCE_TREE = _PACKAGE.parent.parent

#: An installed copy carries `conf/` inside the package; a checkout has it at its top.
CONF_DIR = _PACKAGE / "conf" if (_PACKAGE / "conf").is_dir() else _SOURCE_TREE / "conf"


def project_dir() -> Path:
    """The checkout that this package runs from, or the current folder for an installed copy."""
    return CONF_DIR.parent if (CONF_DIR.parent / "MLproject").is_file() else Path.cwd()


def cache_dir(config: DictConfig) -> Path:
    """Where data sets and verdicts are kept between runs."""
    return Path(config.cache_dir or Path.home() / ".cache" / "chipbench").expanduser()


def compose_config(name: str, overrides: Sequence[str]) -> DictConfig:
    """The root config `name` with `overrides`, composed and checked.

    Raises ConfigurationError with one line that names the key and the nearest valid choices.
    """
    GlobalHydra.instance().clear()
    try:
        _refuse_deletions(overrides)
        with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
            config = compose(name, list(overrides))
            check(config)
            return config
    except ConfigurationError:
        raise
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise ConfigurationError(_explanation(name, list(overrides), error)) from None


#: Top-level keys that say where and how a run is kept, not what it measures.
_NOT_PARAMS = ("machine", "tracking", "verbose", "kind", "benchmark", "repeats")


def public_config(config: DictConfig) -> dict[str, Any]:
    """The resolved config without local paths and without the address of the store."""
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    public = {str(key): value for key, value in plain.items()}
    for path in ("cache_dir", "output_dir"):
        del public[path]
    del public["tracking"]["uri"]
    if "dataset" in public:
        public["dataset"].pop("data_dir", None)
    if "strategy" in public:
        public["strategy"].pop("workers", None)  # hosts' names
    return {key: _without_folders(value) for key, value in public.items()}


def _without_folders(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_folders(child) for key, child in value.items()}
    if isinstance(value, str) and Path(value).is_absolute():
        return Path(value).name
    return value


def recorded_params(config: DictConfig) -> dict[str, object]:
    """The flattened config that matters to the result."""
    public = public_config(config)
    kept = {key: value for key, value in public.items() if key not in _NOT_PARAMS}
    return {key: value for key, value in _flat(kept, "") if not key.endswith("_target_")}


def _flat(node: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, object]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def option(group: str, name: str) -> DictConfig:
    """The file of one option, such as `option("optimizer", "sgd")`."""
    loaded = OmegaConf.load(CONF_DIR / group / f"{name}.yaml")
    assert isinstance(loaded, DictConfig)
    return loaded


@dataclass(frozen=True)
class Rule:
    """What a key's value must be: `accepts` decides, `expected` says it in words."""

    key: str
    accepts: Callable[[Any], bool]
    expected: str


def _whole_number(minimum: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value >= minimum


def _number_above(limit: float) -> Callable[[Any], bool]:
    return lambda value: type(value) in (int, float) and value > limit


def _number_from_zero(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


def _none_or(accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or accepts(value)


def _one_of(*choices: object) -> Callable[[Any], bool]:
    return lambda value: any(value is choice or value == choice for choice in choices)


def _one_of_or(word: str, accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value == word or accepts(value)


def _share(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and 0 < value <= 1)


def _port(value: Any) -> bool:
    return type(value) is int and 0 < value < 65536


_PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
_SWITCH = "true or false"

_RULES = (
    Rule("batch_size", _whole_number(1), "a whole number of images, 1 or more"),
    Rule("epochs", _whole_number(1), "a whole number, 1 or more"),
    Rule("repeats", _whole_number(1), "a whole number, 1 or more"),
    Rule("seed", _whole_number(0), "a whole number, 0 or more"),
    Rule("precision", _one_of(*_PRECISIONS), "one of " + ", ".join(_PRECISIONS)),
    Rule("deterministic", _one_of(True, False), _SWITCH),
    Rule("verbose", _one_of(True, False), _SWITCH),
    Rule("target_accuracy", _share, "null or a share between 0 and 1, such as 0.6"),
    Rule("monitor.interval_s", _number_above(0), "a number of seconds above 0"),
    Rule("machine.accelerator", _one_of("auto", "cpu", "gpu"), "one of auto, cpu, gpu"),
    Rule("machine.force", _one_of(True, False), _SWITCH),
    Rule("dataset.source", _one_of("tfds", "generated", "bundled"), "one of tfds, generated"),
    Rule(
        "dataset.max_examples",
        _none_or(_whole_number(1)),
        "null or a whole number of training images, 1 or more",
    ),
    Rule("optimizer.learning_rate", _number_above(0), "a number above 0"),
    Rule("optimizer.trial_timeout_s", _number_above(0), "a number of seconds above 0"),
    Rule("createml.engine", _one_of("auto", "createml", "keras"), "one of auto, createml, keras"),
    Rule("createml.feature_extractor_revision", _whole_number(1), "a whole number, 1 or more"),
    Rule("createml.checkpoint_interval", _whole_number(1), "a whole number of iterations"),
    Rule("createml.stall_timeout_s", _number_above(0), "a number of seconds above 0"),
    *(
        Rule(f"augmentation.{name}", _one_of(True, False), _SWITCH)
        for name in ("crop", "rotation", "blur", "exposure", "noise", "flip")
    ),
    Rule(
        "strategy.cpu_devices",
        _none_or(_whole_number(2)),
        "null or a whole number of parts, 2 or more",
    ),
    Rule(
        "strategy.workers",
        lambda value: value is None or (isinstance(value, ListConfig) and len(value) > 1),
        "null or the addresses of two workers or more: [host:port,host:port]",
    ),
    Rule("strategy.index", _none_or(_whole_number(0)), "null or a whole number, 0 or more"),
    Rule("strategy.port", _none_or(_port), "a port from 1 to 65535"),
    Rule("strategy.wait_s", _none_or(_number_above(0)), "a number of seconds above 0"),
    Rule("sweep.repeats", _whole_number(1), "a whole number, 1 or more"),
    Rule("sweep.shuffle", _one_of(True, False), _SWITCH),
    Rule("sweep.seed", _whole_number(0), "a whole number, 0 or more"),
    Rule("sweep.cooldown_s", _number_from_zero, "a number of seconds, 0 or more"),
    Rule("sweep.job_timeout_s", _none_or(_number_above(0)), "null or a number of seconds above 0"),
    Rule("sweep.after_out_of_memory", _one_of("skip", "run"), "one of skip, run"),
    Rule("sweep.memory_limit_mib", _none_or(_number_above(0)), "null or a number of MiB above 0"),
    Rule("protocol.steps_per_call", _whole_number(1), "a whole number of steps, 1 or more"),
    Rule("protocol.jit_compile", _one_of(True, False), _SWITCH),
    *(
        Rule(
            f"protocol.{name}_threads",
            _one_of_or("auto", _none_or(_whole_number(1))),
            "null, auto, or a whole number, 1 or more",
        )
        for name in ("intra_op", "inter_op")
    ),
    *(
        Rule(
            f"protocol.{name}",
            _one_of_or("auto", _whole_number(1)),
            "auto or a whole number, 1 or more",
        )
        for name in ("slices", "prefetch")
    ),
    Rule("protocol.cache_gb", _number_from_zero, "a number of gigabytes, 0 or more"),
    Rule("protocol.feature_cache_gb", _number_from_zero, "a number of gigabytes, 0 or more"),
    Rule("protocol.features_once", _one_of(True, False), _SWITCH),
    Rule("protocol.reuse_features", _one_of(True, False), _SWITCH),
    Rule("everything", _one_of(True, False), _SWITCH),
    Rule("json", _one_of(True, False), _SWITCH),
    Rule("training_timeout_s", _number_above(0), "a number of seconds above 0"),
    Rule("tracking.delivery_interval_s", _number_above(0), "a number of seconds above 0"),
    Rule("tracking.drain_timeout_s", _number_from_zero, "a number of seconds, 0 or more"),
)


def _refuse_deletions(overrides: Sequence[str]) -> None:
    """A deleted key would go unchecked, and the benchmark needs every key that has a rule."""
    for override in map(parse, overrides):
        if override.is_delete() and override.key_or_group in {rule.key for rule in _RULES}:
            raise ConfigurationError(f"~{override.key_or_group}: the benchmark needs this key")


def check(config: DictConfig) -> None:
    """Hold every known key of `config` against its rule. Raises ConfigurationError."""
    for rule in _RULES:
        section, _, name = rule.key.rpartition(".")
        node = OmegaConf.select(config, section) if section else config
        if node is None or name not in node:
            continue
        value = OmegaConf.select(config, rule.key, throw_on_resolution_failure=True)
        if not rule.accepts(value):
            raise ConfigurationError(f"{rule.key}={value}: must be {rule.expected}")


def _explanation(name: str, overrides: list[str], error: Exception) -> str:
    """One line for what Hydra refused: the key, what was wrong, the nearest choices."""
    for override in overrides:
        if is_sweep(override):
            return f"{override}: several values are a sweep; use -e sweep -P {override}"
        group, wanted = parse(override).key_or_group, str(parse(override).value())
        options = sorted(path.stem for path in (CONF_DIR / group).glob("*.yaml"))
        if options and wanted not in options:
            return _unknown(f"{group}={wanted}", wanted, options, f"choices for {group}")
    key = _unknown_key(name, overrides)
    if key is not None:
        return _unknown(key, key, _keys(name), "keys")
    first = " ".join(str(error).split())
    return f"the configuration is wrong: {first}"


def _unknown_key(name: str, overrides: list[str]) -> str | None:
    known = set(_keys(name))
    for override in overrides:
        parsed = parse(override)
        added = parsed.is_add() or parsed.is_force_add()
        key = parsed.key_or_group
        if not added and key not in known and not key.startswith("hydra"):
            return key
    return None


def _keys(name: str) -> list[str]:
    """Every key and group of the root config `name`."""
    with initialize_config_dir(str(CONF_DIR), version_base="1.3"):
        config = compose(name)
    groups = [folder.name for folder in CONF_DIR.iterdir() if folder.is_dir()]
    return groups + list(_paths(config, ""))


def _paths(node: DictConfig, prefix: str) -> Iterable[str]:
    for key in map(str, node):
        path = prefix + key
        yield path
        child = node._get_node(key)
        if isinstance(child, DictConfig) and not child._is_none() and not child._is_missing():
            yield from _paths(child, f"{path}.")


def _unknown(what: str, wanted: str, choices: Iterable[str], label: str) -> str:
    choices = sorted(set(choices))
    near = difflib.get_close_matches(wanted, choices, n=3, cutoff=0.5)
    if len(choices) <= 12:
        nearest = f" (nearest: {near[0]})" if near else ""
        return f"unknown {what}; {label}: {', '.join(choices)}{nearest}"
    nearest = f"; nearest: {', '.join(near)}" if near else ""
    return f"unknown {what}{nearest}; `--cfg job` prints all {label}"
