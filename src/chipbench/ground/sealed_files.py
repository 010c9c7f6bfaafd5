"""Files and folders of the cache that took long to make: as they were made, or made again.

Beside each lies its seal, written last, with the size, the last change and the checksum of every
file. What has no seal was not finished, or is of an earlier version; what differs is damaged.
"""

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from chipbench.ground.cache import spare, words
from chipbench.ground.files import clear, digest, locked, make_folder, write_whole
from chipbench.ground.regular_files import below, read_bounded, sha256, trouble
from chipbench.ground.typed_json import json_object

_MAX_BYTES = 2**26  # of a seal: some 500,000 files
_log = logging.getLogger(__name__)


def made(path: Path, make: Callable[[Path], object]) -> Path:
    """`path` as `make` made it: once, by one process while others wait, again if it is damaged.

    Where it cannot be written it is made for this process alone, and that path is the value.
    """
    if _writable(path.parent):
        with locked(path.with_name(f"{path.name}.lock")):
            if _is_ready(path) or _makes(path, make):
                return path
    elif flaw(path) is None:
        return path
    return made(spare() / digest(str(path), 12) / path.name, make)


def flaw(path: Path) -> str | None:
    """Why `path` is not as it was made, in words; None if it is."""
    try:
        return _difference(dict(_files(path)), _read_seal(path))
    except FileNotFoundError:
        return "it was not finished" if os.path.lexists(path) else "it is not there"
    except (OSError, ValueError, RecursionError, TypeError, IndexError) as error:
        return words(error)


def _is_ready(path: Path) -> bool:
    wrong = flaw(path)
    if wrong is None:
        with suppress(OSError):
            _renew(path)
    elif os.path.lexists(path):
        _log.warning("%s in the cache is damaged (%s): made again", path.name, wrong)
    return wrong is None


def _renew(path: Path) -> None:
    """A copy's times are remembered, so that its checksums are taken once."""
    seal = _read_seal(path)
    if any(_state(file)[1] != seal[name][1] for name, file in _files(path)):
        _write_seal(path)


def _makes(path: Path, make: Callable[[Path], object]) -> bool:
    """Make it in place; False if what is there cannot be cleared away."""
    try:
        clear(_seal(path))
        clear(path)
    except OSError:
        return False
    make(path)
    try:
        _write_seal(path)
    except OSError as error:
        _log.warning("%s cannot be kept in the cache (%s)", path.name, words(error))
    return True


def _writable(folder: Path) -> bool:
    try:
        make_folder(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _seal(path: Path) -> Path:
    return path.with_name(f"{path.name}.seal")


def _read_seal(path: Path) -> dict[str, Any]:
    return json_object(read_bounded(_seal(path), _MAX_BYTES))


def _write_seal(path: Path) -> None:
    states = {name: [*_state(file), sha256(file)] for name, file in _files(path)}
    write_whole(_seal(path), json.dumps(states))


def _difference(files: dict[str, Path], seal: dict[str, Any]) -> str | None:
    """What is missing, in excess or changed. A copy has other times, and the same checksums."""
    if not files:
        return "it is empty"
    for name in sorted(files.keys() ^ seal.keys()):
        return f"{name} is {'in excess' if name in files else 'missing'}"
    for name, file in files.items():
        size, changed = _state(file)
        if size != seal[name][0] or (changed != seal[name][1] and sha256(file) != seal[name][2]):
            return f"{name} has changed"
    return None


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """The plain files of `path`, by their names in it; hidden ones are the system's.

    Raises OSError for anything else in it.
    """
    for file in [path] if not path.is_dir() else below(path):
        if file != path and (file.name.startswith(".") or file.is_dir()):
            continue
        what = trouble(file)
        if what is not None:
            raise OSError(what)
        yield str(file.relative_to(path)), file


def _state(file: Path) -> tuple[int, int]:
    found = file.stat(follow_symlinks=False)
    return found.st_size, found.st_ctime_ns
