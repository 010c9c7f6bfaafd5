"""Files that others may have laid there: opened only if they are plain files, read up to a limit.

A link could lead to a private file, a pipe would wait for ever, a device has no end.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotRegularError(OSError):
    """It is no plain file."""


def trouble(path: Path) -> str | None:
    """Why `path` is no plain file, in words; None if it is one, or is not there."""
    try:
        kind = stat.S_IFMT(path.lstat().st_mode)
    except FileNotFoundError:
        return None
    return None if kind == stat.S_IFREG else f"{path.name} is {_KINDS.get(kind, 'no plain file')}"


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of the plain file `path`; raises OSError for anything else, and never waits."""
    try:
        number = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except OSError as error:
        what = trouble(path) if error.errno != errno.EACCES else None
        if what is None:
            raise
        raise NotRegularError(error.errno, what) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise NotRegularError(errno.EINVAL, trouble(path) or f"{path.name} is no plain file")
    return number


def sha256(path: Path) -> str:
    """The SHA-256 of the plain file `path` in hex digits, read in pieces; OSError as above."""
    with os.fdopen(open_regular(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def reading(path: Path, limit: int) -> BinaryIO:
    """The plain file `path`, opened to be read.

    Raises OSError for anything else, and for a file of more than `limit` bytes.
    """
    file = os.fdopen(open_regular(path), "rb")
    if os.fstat(file.fileno()).st_size > limit:
        file.close()
        raise OSError(errno.EFBIG, f"{path.name} is larger than {limit:,} bytes")
    return file


def read_bounded(path: Path, limit: int) -> bytes:
    """What is in the plain file `path`, `limit` bytes at most; raises as `reading` does."""
    with reading(path, limit) as file:
        return file.read(limit)


def below(folder: Path, unreadable: list[Path] | None = None) -> Iterator[Path]:
    """All that lies below `folder`, by name, no link followed.

    Folders that cannot be listed go to `unreadable`.
    """
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError:
            if unreadable is not None:
                unreadable.append(current)
            continue
        for entry in entries:
            yield Path(entry.path)
        waiting += [Path(e.path) for e in reversed(entries) if e.is_dir(follow_symlinks=False)]
