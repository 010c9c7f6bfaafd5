import sys

import pytest

from chipbench.ground import shell
from chipbench.ground.shell import output_of


def test_the_output_is_what_the_command_prints() -> None:
    assert output_of(sys.executable, "-c", "print('yes')") == b"yes\n"


def test_a_missing_or_failing_command_tells_nothing() -> None:
    assert output_of("/nowhere/no-such-command") is None
    assert output_of(sys.executable, "-c", "raise SystemExit(1)") is None


def test_a_hanging_command_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "_TIMEOUT_S", 0.2)
    assert output_of(sys.executable, "-c", "import time; time.sleep(30)") is None
