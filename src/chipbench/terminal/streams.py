"""The streams to a person: whatever becomes of them, what is being done goes on.

A reader such as `head` leaves, a disk under a redirected stream fills up, a stream was closed
before the start, a terminal knows no UTF-8: none of that may end what was measured.
"""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO


class Lasting:
    """A stream that never fails: what it cannot take is lost, and `lost` says why."""

    def __init__(self, find: Callable[[], TextIO | None]) -> None:
        """`find` gives the stream at each use; None where there is none."""
        self.lost: OSError | None = None
        self._find = find

    def write(self, text: str) -> int:
        """Write `text`; what the stream's encoding has no letters for is spelled out."""
        stream = self._find()
        if stream is not None:
            try:
                stream.write(text)
            except UnicodeEncodeError:
                self._try(lambda: stream.write(_spelled(text, stream.encoding)))
            except (OSError, ValueError) as error:
                self._lose(error)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        stream = self._find()
        if stream is not None:
            self._try(stream.flush)

    def _try(self, do: Callable[[], object]) -> None:
        try:
            do()
        except (OSError, ValueError) as error:  # ValueError: it was closed
            self._lose(error)

    def _lose(self, error: OSError | ValueError) -> None:
        """From now on the stream leads nowhere, also for native code and at Python's own end."""
        self.lost = error if isinstance(error, OSError) else OSError(errno.EBADF, str(error))
        with suppress(OSError, ValueError, AttributeError):  # no stream of the system's
            stream = self._find()
            assert stream is not None
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._find(), name)


STDOUT = Lasting(lambda: sys.stdout)
STDERR = Lasting(lambda: sys.stderr)


def make_lasting() -> None:
    """Have all of this program write to streams that never fail, libraries as well."""
    _open_missing()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, Lasting):
            setattr(sys, name, Lasting(lambda stream=stream: stream))  # type: ignore[misc]


def loss() -> OSError | None:
    """Why something of stdout is lost; None if all is there, or its reader has left."""
    STDOUT.flush()
    lost = getattr(sys.stdout, "lost", None) or STDOUT.lost
    return None if lost is None or lost.errno == errno.EPIPE else lost


def _open_missing() -> None:
    """What was closed before the start leads nowhere: no file that is opened may take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8"))  # noqa: SIM115 - to the end


def _spelled(text: str, encoding: str) -> str:
    return text.encode(encoding, "backslashreplace").decode(encoding)
