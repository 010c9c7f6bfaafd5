"""One deliverer at a time for each journal."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_NAME = "delivery.lock"


@contextmanager
def delivery_lock(journal: Path) -> Iterator[bool]:
    """Hold `journal` for delivery; the value is whether it was free.

    The lock goes with the process that holds it, however that ends.
    """
    with journal.with_name(FILE_NAME).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
