import pytest

from chipbench.terminal.table import Column, Styled, bold, show_table

HOSTILE = "[bold red]\x1b[2Jx[/] :smile:\x9b1m"
WRITTEN = r"[bold red]\x1b[2Jx[/] :smile:\x9b1m"

pytestmark = pytest.mark.usefixtures("wide_terminal")


def test_hostile_text_is_written_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([Column(HOSTILE), Column(right=True)], [(HOSTILE, "1"), bold((HOSTILE, "2"))],
               title=HOSTILE)  # fmt: skip
    out = capsys.readouterr().out
    assert out.count(WRITTEN) == 4
    assert "\x1b" not in out and "\x9b" not in out


def test_a_cell_of_several_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([Column(), Column()], [("a", ["one\nline", Styled("two", "bold")])], frame=False)
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["a", "one", "line"]
    assert second.split() == ["two"]


def test_nothing_is_cut_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    show_table([Column("name", whole=True), Column("value", right=True)], [("abc", "9" * 40)])
    assert capsys.readouterr().out.count("9") == 40


def test_heads_are_shown_if_there_are_any(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([Column(), Column()], [("a", "b")])
    assert len(capsys.readouterr().out.splitlines()) == 3
    show_table([Column("head"), Column()], [("a", "b")])
    assert len(capsys.readouterr().out.splitlines()) == 5
