"""Keras, started on the back end that was asked for."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chipbench.terminal.lines import note
from chipbench.terminal.quiet import quiet_stderr

_VARIABLE = "KERAS_BACKEND"
#: Keras has wrappers and pictures for these: nothing here uses them, and they slow the start.
_UNUSED = ("matplotlib", "pandas", "sklearn")
#: What Keras takes when nobody says anything, and writes into its file.
_KERAS_OWN = "tensorflow"


def start_keras(name: str, verbose: bool) -> None:
    """Import Keras on the back end `name`, without start-up noise unless `verbose`.

    Where TensorFlow is not the back end, it is not imported either: Keras would, for its seeds.
    """
    os.environ[_VARIABLE] = name
    if name != "tensorflow":
        sys.modules.setdefault("tensorflow", None)  # type: ignore[arg-type]  # as in `without`
    with quiet_stderr(verbose), without(*_UNUSED):
        import keras
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    logging.getLogger("absl").setLevel(logging.INFO if verbose else logging.ERROR)


def say_what_is_not_heeded(name: str) -> None:
    """Say it where Keras' own settings name another back end than `name`: they never decide."""
    variable = os.environ.get(_VARIABLE, name)
    if variable != name:
        note(f"{_VARIABLE}={variable} is not heeded: backend={name} decides")
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    with suppress(OSError, ValueError, AttributeError):  # not there, or no JSON object
        stated = json.loads((home / "keras.json").read_text()).get("backend", name)
        if stated not in (name, _KERAS_OWN):
            note(f"keras.json's backend {stated} is not heeded: backend={name} decides")


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """Let imports find none of these packages, unless they are imported already.

    None in `sys.modules` is Python's own word for a module that is not there.
    """
    hidden = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # the type omits None
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]
