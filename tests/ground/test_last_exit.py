"""The end of a program, after what else is to be done and before its libraries are taken down."""

import subprocess
import sys

import pytest

PROGRAM = """
import atexit, sys
from chipbench.ground.last_exit import LastExit

class Library:
    def __del__(self):
        print("taken down")

kept = Library()
last = LastExit()
atexit.register(print, "registered later")
last.code = {code}
print("said", end=" ")
sys.exit(3)
"""


@pytest.mark.parametrize(
    ("code", "ends_with", "said"),
    [("7", 7, "said registered later\n"), ("None", 3, "said registered later\ntaken down\n")],
)
def test_it_ends_at_once_but_after_all_that_is_to_be_done(
    code: str, ends_with: int, said: str
) -> None:
    words = [sys.executable, "-c", PROGRAM.format(code=code)]
    ended = subprocess.run(words, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (ends_with, said, "")


def test_a_reader_that_has_gone_changes_nothing() -> None:
    program = PROGRAM.format(code=7).replace("sys.exit(3)", "sys.stdin.read(); print('x' * 10**6)")
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdin is not None and run.stdout is not None
        run.stdout.close()
        run.stdin.close()
        assert run.wait(60) == 7
