"""What is kept between runs: the folder for it, and answers that took long to find."""

import errno
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.files import digest, write_whole

Answer = dict[str, Any]


def cache_folder(configured: str | None) -> Path:
    """Where data sets and answers are kept; `configured` is the key `cache_dir`.

    Raises ConfigurationError where nothing can be written.
    """
    folder = Path(configured or Path.home() / ".cache" / "chipbench").expanduser()
    return writable("cache_dir", folder)


def writable(key: str, folder: Path) -> Path:
    """`folder`, made if it is not there. Raises ConfigurationError where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise ConfigurationError(
            f"{key}={folder}: {error.strerror}; name a folder that can be written"
        ) from None
    return folder


def kept(
    folder: Path, setup: Sequence[object], request: Mapping[str, Any], ask: Callable[[], Answer]
) -> Answer:
    """The answer to `request` that `folder` has for this device and software, or else `ask`'s.

    `setup` is what the answer depends on besides, as `Machine.setup` gives it. A file that is
    damaged counts as not there.
    """
    path = folder / f"{digest([dict(request), *setup], 16)}.json"
    try:
        answer: Answer = dict(json.loads(path.read_text(encoding="utf-8"))["answer"])
    except (OSError, ValueError, KeyError, TypeError):
        answer = ask()
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({"request": dict(request), "answer": answer}))
    return answer
