"""Files that are whole or not there, locks that go with their process, and room on a disk."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from chipbench.ground.regular_files import NotRegularError, trouble


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to, with the same ending; at the end of the block it becomes `path`.

    If the block fails, `path` is as it was.
    """
    new = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Write `text` to `path`, which a reader finds as it was or as it will be."""
    with whole(path) as new:
        new.write_text(text, encoding="utf-8")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time gets past this; the others wait.

    The lock goes with the process that holds it, however that ends. What else has its name is
    cleared away, and where there can be no lock, as in a folder of others', nobody waits.
    """
    lock = FileLock(path)
    with suppress(OSError, NotImplementedError):  # the latter of file systems without locks
        if trouble(path) is not None:
            clear(path)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """The same, but nobody waits: the value is whether the lock was free.

    Raises OSError where something else than a plain file has the lock's name.
    """
    what = trouble(path)
    if what is not None:
        raise NotRegularError(errno.EINVAL, what)
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    except NotImplementedError:
        raise OSError(errno.ENOLCK, f"the file system of {path.name} has no locks") from None
    try:
        yield True
    finally:
        lock.release()


def clear(path: Path) -> None:
    """Remove what has this name, whatever it is; no link is followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Have a folder `path`; what else has its name, or that of the one above, is cleared away."""
    for part in (path.parent, path):
        if os.path.lexists(part) and not part.is_dir():
            clear(part)
    path.mkdir(parents=True, exist_ok=True)


def digest(parts: object, digits: int) -> str:
    """The first hexadecimal `digits` of the SHA-256 of `parts` as JSON, keys in order."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def free_bytes(folder: Path) -> int:
    """Room on the disk of `folder`, which need not be there yet."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free
