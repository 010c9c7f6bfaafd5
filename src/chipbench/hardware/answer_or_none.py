"""One question to the system, on its own: what it cannot or will not say is None."""

from collections.abc import Callable
from typing import TypeVar

import psutil

_Answer = TypeVar("_Answer")
#: What systems were seen to do in place of an answer: files that are not there (power supplies in a
#: container), refusals, text that is no number or no UTF-8, columns and keys that are missing.
ODD_ANSWERS = (
    OSError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    psutil.Error,
)


def ask(question: Callable[[], _Answer]) -> _Answer | None:
    """The answer; None where this system has none, or an odd one."""
    try:
        return question()
    except ODD_ANSWERS:
        return None
