"""What is recorded of a configuration: all that matters to the result, and nothing personal."""

from collections.abc import Iterable, Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from chipbench.ground.path_redaction import last_part, without_folders

#: Top-level keys that say where and how a run is kept, not what it measures.
_NOT_PARAMS = ("machine", "tracking", "verbose", "kind", "benchmark", "repeats", "save_model")
#: Local paths, the address of the store, and hosts' names.
_PRIVATE = (
    "cache_dir",
    "output_dir",
    "tracking.uri",
    "dataset.data_dir",
    "dataset.file",
    "strategy.workers",
)


def public_config(config: DictConfig) -> dict[str, Any]:
    """The resolved config without local paths and without the address of the store."""
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    public = {str(key): value for key, value in plain.items()}
    for key in _PRIVATE:
        section, _, name = key.rpartition(".")
        (public.get(section, {}) if section else public).pop(name, None)
    return {key: _without_folders(value) for key, value in public.items()}


def _without_folders(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_folders(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_without_folders(child) for child in value]
    if not isinstance(value, str):
        return value
    return last_part(value) if value.startswith(("/", "~")) else without_folders(value)


def recorded_params(config: DictConfig) -> dict[str, object]:
    """The flattened config that matters to the result."""
    public = public_config(config)
    kept = {key: value for key, value in public.items() if key not in _NOT_PARAMS}
    return dict(_flat(kept, ""))


def is_recorded(key: str) -> bool:
    """Whether a run's params may have this key of the schema."""
    return key.partition(".")[0] not in _NOT_PARAMS and key not in _PRIVATE


def _flat(node: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, object]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
