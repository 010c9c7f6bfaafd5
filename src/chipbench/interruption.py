"""Ctrl-C and SIGTERM, which end a run in order.

A handler raises where the main thread happens to be. Inside a finalizer or a native library's
callback that exception can be lost, so long work asks again with `check`.
"""

import signal
from types import FrameType


class Terminated(BaseException):
    """SIGTERM, raised where the main thread is."""


_received: list[type[BaseException]] = []


def install() -> None:
    """Turn both signals into exceptions from now on."""
    _received.clear()
    signal.signal(signal.SIGINT, _receive)
    signal.signal(signal.SIGTERM, _receive)


def check() -> None:
    """Raise for a signal that came and whose exception did not arrive."""
    if _received:
        raise _received[-1]


def _receive(number: int, _frame: FrameType | None) -> None:
    _received.append(KeyboardInterrupt if number == signal.SIGINT else Terminated)
    raise _received[-1]
