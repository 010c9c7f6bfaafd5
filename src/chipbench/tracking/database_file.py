"""The file of a SQLite store, and the address that leads to it whatever signs its path has."""

import re
from pathlib import Path

from chipbench.ground.errors import ConfigurationError

_PREFIX = "sqlite:///"
#: What follows the question mark of an address that has settings, and of no path.
_SETTINGS = re.compile(r"\w+=[^/]*")


def address_of(path: Path) -> str:
    """The address of the SQLite database `path`.

    Raises ConfigurationError where this SQLAlchemy has no way to write it.
    """
    if not {"?", "%"} & set(str(path)):
        return f"{_PREFIX}{path}"
    if _decodes():
        return f"{_PREFIX}{str(path).replace('%', '%25').replace('?', '%3F')}"
    if "?" in str(path):
        raise ConfigurationError(
            f"tracking.uri: SQLAlchemy before 2.1 finds no database below a folder with ? in its "
            f"name ({path.name} in {path.parent.name}); name another, tracking.uri=sqlite:///<file>"
        )
    return f"{_PREFIX}{path}"


def path_of(address: str) -> Path:
    """The file that a SQLite address leads to; relative to the current folder, if it is."""
    if not {"?", "%"} & set(address):
        return Path(address.removeprefix(_PREFIX))
    from sqlalchemy.engine import make_url

    return Path(make_url(address).database or "")


def as_meant(address: str) -> str:
    """A SQLite address in which a user wrote the path as it is, as databases take it."""
    path, mark, settings = address.removeprefix(_PREFIX).partition("?")
    if mark and not _SETTINGS.fullmatch(settings):
        return address_of(Path(f"{path}?{settings}"))
    if "%" in path and not mark and Path(path).parent.is_dir():
        return address_of(Path(path))
    return address


def check_folder(folder: Path) -> None:
    """Raise ConfigurationError for a folder from which MLflow makes no database.

    It writes the folder of the artifacts into a statement of SQL, in quotes that Python chooses.
    """
    if {"'", '"'} <= set(str(folder)):
        raise ConfigurationError(
            f"tracking: MLflow makes no database in {folder}, which has both ' and \" in its name; "
            "rename it, or record on a server"
        )


def _decodes() -> bool:
    """Whether SQLAlchemy reads `%3F` in a database's path, as it does from 2.1 on."""
    from sqlalchemy.engine import make_url

    return make_url(f"{_PREFIX}%3F").database == "?"
