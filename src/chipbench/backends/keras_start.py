"""Keras, started on the back end that was asked for."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from chipbench.ground.errors import ConfigurationError
from chipbench.hardware.keras_file import keras_file_trouble, read_keras_file
from chipbench.terminal.messages import note
from chipbench.terminal.quiet_libraries import quiet_stderr

_VARIABLE = "KERAS_BACKEND"
#: Keras has wrappers and pictures for these: nothing here uses them, and they slow the start.
_UNUSED = ("matplotlib", "pandas", "sklearn")
#: What Keras takes when nobody says anything, and writes into its file.
_KERAS_OWN = "tensorflow"


def start_keras(name: str, verbose: bool) -> None:
    """Import Keras on the back end `name`, without start-up noise unless `verbose`.

    Where TensorFlow is not the back end, it is not imported either: Keras would, for its seeds.
    Raises ConfigurationError for a `keras.json` with which Keras does not start.
    """
    wrong = keras_file_trouble()
    if wrong is not None:
        raise ConfigurationError(str(wrong))
    os.environ[_VARIABLE] = name
    if name != "tensorflow":
        hide("tensorflow")
    with quiet_stderr(verbose), without(*_UNUSED):
        import keras
    # Not `keras.config`, which Keras 2 lacks.
    keras.backend.set_floatx("float32")
    keras.backend.set_image_data_format("channels_last")
    logging.getLogger("absl").setLevel(logging.INFO if verbose else logging.ERROR)


def say_what_is_not_heeded(name: str) -> None:
    """Say it where Keras' own settings name another back end than `name`: they never decide."""
    variable = os.environ.get(_VARIABLE, name)
    if variable != name:
        note(f"{_VARIABLE}={variable} is not heeded: backend={name} decides")
    stated = read_keras_file().get("backend", name)
    if stated not in (name, _KERAS_OWN):
        note(f"keras.json's backend {stated} is not heeded: backend={name} decides")


class _Without:
    """One of Python's finders that does not find a package."""

    def __init__(self, finder: Any, package: str) -> None:
        self._finder = finder
        self._package = package

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """None for the package."""
        return None if name == self._package else self._finder.find_spec(name, path, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def hide(package: str) -> None:
    """Let nothing in this process find `package`, unless it is imported already.

    Libraries ask whether it is installed, or whether it is imported: both are answered with no,
    which None in `sys.modules` would not do.
    """
    if package not in sys.modules and find_spec(package) is not None:
        sys.meta_path[:] = [_Without(finder, package) for finder in sys.meta_path]


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
