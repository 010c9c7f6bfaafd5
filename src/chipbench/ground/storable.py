"""Text as every store keeps it: without NUL and half surrogates, as long as columns have room."""

import hashlib

MAX_NAME = 250  # characters: PostgreSQL's columns; SQLite would take more
RUN_NAME_TAG = "mlflow.runName"
_DIGITS = 8
_MAX_VALUE = 6000  # characters of a param's or tag's value


def storable(text: str) -> str:
    """`text` as every store takes it."""
    return text.encode(errors="replace").decode().replace("\0", "")


def stored_value(text: str) -> str:
    """A param's or tag's value as delivery brings it."""
    return storable(text)[:_MAX_VALUE]


def stored_tag(tag: str, text: str) -> str:
    """A tag's value; that of a run's name is kept in a column of its own as well."""
    return run_name(text) if tag == RUN_NAME_TAG else stored_value(text)


def run_name(name: str) -> str:
    """A run's name, shortened if need be."""
    name = storable(name)
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def experiment_name(name: str) -> str:
    """An experiment's name; of one that is too long a digest tells it from others."""
    name = storable(name)
    if len(name) <= MAX_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]
    return f"{name[: MAX_NAME - _DIGITS - 1]}…{digest}"
