"""What is kept between runs: the folder for it, and answers that took long to find.

Nothing in it can stop a run: what is damaged is made again, what cannot be kept is not.
"""

import errno
import json
import logging
import os
import shutil
import tempfile
from atexit import register
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.files import clear, digest, make_folder, write_whole
from chipbench.ground.regular_files import read_bounded, trouble
from chipbench.ground.typed_json import json_object

Answer = dict[str, Any]

_MAX_BYTES = 2**20  # of an answer
_log = logging.getLogger(__name__)


def cache_folder(configured: str | None) -> Path:
    """Where data sets and answers are kept; `configured` is the key `cache_dir`.

    Raises ConfigurationError where nothing can be written, unless nobody named the folder.
    """
    try:
        folder = Path(configured or Path.home() / ".cache" / "chipbench").expanduser()
        return writable("cache_dir", folder)
    except RuntimeError as error:  # the home folder is nobody's
        wrong = ConfigurationError(f"cache_dir={configured}: {error} name another folder")
    except ConfigurationError as error:
        wrong = error
    if configured:
        raise wrong
    return spare()


def writable(key: str, folder: Path) -> Path:
    """`folder`, made if it is not there. Raises ConfigurationError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ConfigurationError(
            f"{key}={folder}: {error.strerror}; name a folder of yours, {key}=<folder>"
        ) from None
    return folder


@cache
def spare() -> Path:
    """A folder for this process alone, where the cache cannot be written."""
    folder = Path(tempfile.mkdtemp(prefix="chipbench-"))
    register(shutil.rmtree, folder, ignore_errors=True)
    _log.warning("the cache cannot be written: what this run makes is kept until it ends")
    return folder


def named_folder(key: str, path: str) -> Path:
    """The folder or file that `key` names, `~` being a home folder.

    Raises ConfigurationError where nobody has that home.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigurationError(f"{key}={path}: {error} write the whole path") from None


def kept(
    folder: Path,
    setup: Sequence[object],
    request: Mapping[str, Any],
    ask: Callable[[], Answer],
    check: Callable[[Answer], object] = dict,
) -> Answer:
    """The answer to `request` that `folder` has for this device and software, or else `ask`'s.

    `setup` is what the answer depends on besides, as `Machine.setup` gives it; `check` raises
    ValueError for an answer that cannot be. What is damaged counts as not there, and is told.
    """
    answer = look(folder, setup, request, check)
    if answer is None:
        answer = ask()
        keep(folder, setup, request, answer)
    return answer


def look(
    folder: Path,
    setup: Sequence[object],
    request: Mapping[str, Any],
    check: Callable[[Answer], object] = dict,
) -> Answer | None:
    """The answer that `folder` has, None where it has none; see `kept`."""
    path = _path(folder, setup, request)
    try:
        return _read(path, request, check)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, RecursionError) as error:
        name = f"{folder.name}/{path.name}"
        _log.warning("%s in the cache is damaged (%s): made again", name, words(error))
    return None


def keep(folder: Path, setup: Sequence[object], request: Mapping[str, Any], answer: Answer) -> None:
    """Keep the answer in place of any other; where nothing can be written that is told."""
    try:
        _write(_path(folder, setup, request), request, answer)
    except OSError as error:
        _log.warning("%s in the cache cannot be written (%s)", folder.name, words(error))


def _path(folder: Path, setup: Sequence[object], request: Mapping[str, Any]) -> Path:
    return folder / f"{digest([dict(request), *setup], 16)}.json"


def words(error: Exception) -> str:
    """What is wrong with a file, without where it lies."""
    return getattr(error, "strerror", None) or str(error)


def _read(path: Path, request: Mapping[str, Any], check: Callable[[Answer], object]) -> Answer:
    found = json_object(read_bounded(path, _MAX_BYTES))
    answer = found.get("answer")
    if not isinstance(answer, dict):
        raise ValueError("it holds no answer")
    if found.get("checksum") != _checksum(request, answer):
        raise ValueError("its checksum is another")
    check(answer)
    return answer


def _write(path: Path, request: Mapping[str, Any], answer: Answer) -> None:
    make_folder(path.parent)
    if trouble(path) is not None:
        clear(path)
    whole = {"request": request, "answer": answer, "checksum": _checksum(request, answer)}
    write_whole(path, json.dumps(whole, default=str))


def _checksum(request: Mapping[str, Any], answer: Answer) -> str:
    return digest([dict(request), answer], 16)
