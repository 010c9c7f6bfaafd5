"""One line that says what is being done, before work that takes more than a moment."""

import sys


def announce(what: str) -> None:
    """Say so on stderr: stdout is for results."""
    print(f"{what} …", file=sys.stderr, flush=True)
