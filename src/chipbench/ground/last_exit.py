"""A program's end without taking its libraries down, which with TensorFlow takes seconds."""

import atexit
import os
import sys
from contextlib import suppress


class LastExit:
    """Ends the process once all else is done that was registered after this was made."""

    def __init__(self) -> None:
        self.code: int | None = None  # what the process ends with; None: as it would anyway
        atexit.register(self._end)  # what is registered first is called last

    def _end(self) -> None:
        if self.code is None:
            return
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # who read it has gone
                stream.flush()
        os._exit(self.code)
