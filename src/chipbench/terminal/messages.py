"""Lines for a person: results on stdout, on stderr what is being done and what is wrong."""

import logging

from chipbench.terminal.console import console
from chipbench.terminal.escaping import plain
from chipbench.terminal.streams import STDERR


def say(text: str, style: str = "") -> None:
    """Write one line of a result, beside a bar that may be there; only the terminal wraps it."""
    console().print(plain(text), style=style, soft_wrap=True)


def announce(what: str) -> None:
    """Say what is being done, before work that takes more than a moment."""
    note(f"{what} …")


def note(text: str) -> None:
    """Say on stderr what a person must know besides what is wrong."""
    print(plain(text), file=STDERR, flush=True)


def complain(message: str) -> None:
    """Say what is wrong; a foreign error's message may have several lines."""
    lines = [plain(line) for line in message.splitlines()]
    text = "\n".join([f"chipbench: {lines[0] if lines else ''}", *lines[1:]])
    print(text, file=STDERR, flush=True)


class _Told(logging.Handler):
    """What the ground floor, which knows no terminal, has to tell a person."""

    def emit(self, record: logging.LogRecord) -> None:
        """As any other word."""
        note(record.getMessage())


_ours = logging.getLogger("chipbench")
_ours.addHandler(_Told())
_ours.propagate = False
