"""What a standby becomes in a test: it says what it was given, and ends with a code."""

import os
import sys


def main() -> int:
    """Returns 7."""
    given = sys.stdin.read()
    known = (os.environ["GIVEN"], os.environ.get("BEGUN"), os.getcwd(), os.nice(0), os.getsid(0))
    print([*sys.argv[1:], given, *known[:4], known[4] == os.getpid()])
    return 7
