"""What tells two machines of one name apart: a random number, made once and kept in the cache.

It says nothing of the machine or its owner, and no run records it: only a hash of it. A new cache
folder, such as a container's, is a new installation.
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from chipbench.ground.cache import words
from chipbench.ground.files import clear, make_folder, write_whole
from chipbench.ground.regular_files import read_bounded
from chipbench.terminal.messages import note

_FILE = "installation"
_ID = re.compile(r"[0-9a-f]{32}\n?")
_MAX_BYTES = 64


def installation_id(folder: Path) -> str | None:
    """The number of this installation; None where none can be kept."""
    path = folder / _FILE
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        note(f"{_FILE} in the cache is damaged ({words(error)}): this counts as another machine")
        with suppress(OSError):
            clear(path)
    try:
        return _make(path)
    except (OSError, ValueError):
        return None


def _read(path: Path) -> str:
    """Raises ValueError for what is no such number."""
    text = read_bounded(path, _MAX_BYTES).decode(errors="replace")
    if not _ID.fullmatch(text):
        raise ValueError("it is no such number")
    return text.strip()


def _make(path: Path) -> str:
    """Make it; of processes that begin at once, all have the first one's."""
    make_folder(path.parent)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    write_whole(own, f"{secrets.token_hex(16)}\n")
    try:
        with suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink(missing_ok=True)
    return _read(path)
