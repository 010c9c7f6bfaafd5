"""What tells two machines of one name apart: a random number, made once and kept in the cache.

It says nothing of the machine or its owner, and no run records it: only a hash of it. A new cache
folder, such as a container's, is a new installation.
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from chipbench.ground.files import write_whole

_FILE = "installation"
_ID = re.compile(r"[0-9a-f]{32}\n?")


def installation_id(folder: Path) -> str | None:
    """The number of this installation; None where none can be kept."""
    path = folder / _FILE
    try:
        return _read(path) or _make(path)
    except OSError:
        return None


def _read(path: Path) -> str | None:
    """None where there is none, or what is there is damaged."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        text = file.read(64).decode(errors="replace")
    return text.strip() if _ID.fullmatch(text) else None


def _make(path: Path) -> str | None:
    """Make it; of processes that begin at once, all have the first one's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    own.write_text(f"{secrets.token_hex(16)}\n")
    try:
        with suppress(FileExistsError):
            os.link(own, path)
        if _read(path) is None:  # damaged
            write_whole(path, own.read_text())
    finally:
        own.unlink(missing_ok=True)
    return _read(path)
