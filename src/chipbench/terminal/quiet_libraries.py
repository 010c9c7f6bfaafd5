"""Library noise, hidden unless it matters."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chipbench.terminal.streams import STDERR


def quiet_logs() -> None:
    """Let no library's log reach the terminal; chipbench's own logger has a handler of its own.

    With a handler there, Python writes no warnings by itself, and no library puts one beside it.
    """
    logging.getLogger().addHandler(logging.NullHandler())


@contextmanager
def quiet_stderr(verbose: bool) -> Iterator[None]:
    """Hide what is written to stderr, by native code too; if the body fails, show it after all.

    TensorFlow's native libraries write there before its own log level applies.
    """
    if verbose:
        yield
        return
    STDERR.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as hidden:
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except Exception:  # not one that a person ends: nothing is wrong with the library
            with suppress(OSError):  # nobody reads it
                hidden.seek(0)
                os.write(stderr, hidden.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
