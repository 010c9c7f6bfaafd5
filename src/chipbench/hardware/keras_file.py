"""Keras' own file, `keras.json`: what it says, and where it keeps Keras from starting."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chipbench.ground.finding import Finding
from chipbench.ground.regular_files import read_bounded

_NAME = "keras.json"
_MOST_BYTES = 2**16
_CHOICES = {
    "floatx": ("float16", "float32", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}


def read_keras_file(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What is in it; nothing where there is none, or it is damaged."""
    found = _content(environment)
    return found if isinstance(found, dict) else {}


def keras_file_trouble(environment: Mapping[str, str] = os.environ) -> Finding | None:
    """Why Keras does not start with it; None if it does."""
    found = _content(environment)
    if found is None:
        return None
    if not isinstance(found, dict):
        return _wrong("it is no JSON object")
    for key, choices in _CHOICES.items():
        if found.get(key, choices[0]) not in choices:
            return _wrong(f"{key}={str(found[key]):.40} must be one of {', '.join(choices)}")
    if not isinstance(found.get("epsilon", 1e-7), float):
        return _wrong(f"epsilon={str(found['epsilon']):.40} must be a number such as 1e-07")
    return None


def _wrong(what: str) -> Finding:
    return Finding(f"{_NAME}: {what}", f"correct or remove {_NAME} in ~/.keras, or in KERAS_HOME")


def _content(environment: Mapping[str, str]) -> Any:
    """None where there is no file; what is no JSON counts as none, as for Keras."""
    try:
        home = Path(environment.get("KERAS_HOME") or Path.home() / ".keras")
        return json.loads(read_bounded(home / _NAME, _MOST_BYTES))
    except (OSError, ValueError, RuntimeError, RecursionError):
        return None
