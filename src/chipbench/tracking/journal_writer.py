"""Writing a journal: appends that survive a full disk, and the lock that says the run is alive."""

import fcntl
import os
import threading
from collections import deque
from pathlib import Path

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.regular_files import open_regular
from chipbench.tracking.journal import FILE_NAME, Record, line_of


class JournalWriter:
    """Appends records to a new journal and holds its lock. Safe to use from several threads.

    What the disk does not take waits in memory and is tried again before the next record; a line
    that was written in part is taken back, so that the file always ends with a whole record.
    """

    def __init__(self, folder: Path) -> None:
        """Begin a journal in `folder`. Raises ConfigurationError if that cannot hold one."""
        self.path = folder / FILE_NAME
        self.error: OSError | None = None  # what the disk said last; None: all is written
        self._waiting: deque[bytes] = deque()
        self._mutex = threading.Lock()
        self._size = 0
        try:
            self._file = self.path.open("xb", buffering=0)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except FileExistsError:
            raise ConfigurationError(
                f"output_dir={folder}: it holds the journal of another run; choose a new folder"
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"output_dir={folder}: a journal needs a folder that can be written and locked "
                f"({error.strerror}); name one on a local disk with output_dir=<folder>"
            ) from error

    def append(self, record: Record) -> None:
        """Hand `record` to the operating system before returning, or keep it if that fails."""
        line = line_of(record)
        with self._mutex:
            self._waiting.append(line)
            self._write_waiting()

    @property
    def unwritten(self) -> bytes:
        """The lines that exist in memory alone."""
        with self._mutex:
            return b"".join(self._waiting)

    def close(self) -> None:
        """Try the unwritten lines once more, reach the disk itself and let go of the lock."""
        with self._mutex:
            self._write_waiting()
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                self.error = error
            self._file.close()

    def _write_waiting(self) -> None:
        try:
            if self.error is not None:
                self._rewind()
            while self._waiting:
                self._write(self._waiting[0])
                self._waiting.popleft()
            self.error = None
        except OSError as error:
            self.error = error

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._file.fileno(), rest) :]
        except OSError:
            self._rewind()
            raise
        self._size += len(line)

    def _rewind(self) -> None:
        """Take back what was written of a line."""
        os.ftruncate(self._file.fileno(), self._size)
        os.lseek(self._file.fileno(), self._size, os.SEEK_SET)


def reach_disk(path: Path) -> None:
    """Let the journal reach the disk itself."""
    number = open_regular(path)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def writer_is_alive(path: Path) -> bool:
    """Whether the process that writes this journal still holds it."""
    number = open_regular(path)
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(number)
    return False
