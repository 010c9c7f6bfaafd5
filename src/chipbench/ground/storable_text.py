"""Text as every store keeps it: without NUL and half surrogates, as long as columns have room."""

import hashlib

MAX_NAME = 250  # characters: PostgreSQL's columns; SQLite would take more
RUN_NAME_TAG, NOTE_TAG = "mlflow.runName", "mlflow.note.content"
_DIGITS = 8
_MAX_PARAM = 6000  # characters of a value; a server with MLflow 2 refuses longer ones
_MAX_TAG = 5000


def storable(text: str) -> str:
    """`text` as every store takes it."""
    return text.encode(errors="replace").decode().replace("\0", "")


def stored_param(text: str) -> str:
    """A param's value as delivery brings it."""
    return storable(text)[:_MAX_PARAM]


def stored_tag(tag: str, text: str) -> str:
    """A tag's value; that of a run's name is kept in a column of its own as well."""
    return run_name(text) if tag == RUN_NAME_TAG else storable(text)[:_MAX_TAG]


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
