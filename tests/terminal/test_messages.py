import pytest

from chipbench.terminal.messages import announce, complain, say

pytestmark = pytest.mark.usefixtures("wide_terminal")


def test_a_result_is_one_line_on_stdout_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    say("long " * 100 + "[red]\x1b[31m\n:smile:", style="bold red")
    assert capsys.readouterr().out == "long " * 100 + "[red]\\x1b[31m :smile:\n"


def test_what_is_done_and_what_is_wrong_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    announce("reading \x9b2J")
    complain("first\nsecond \x1b[2J")
    complain("")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        r"reading \x9b2J …", "chipbench: first", r"second \x1b[2J", "chipbench: ",
    ]  # fmt: skip
