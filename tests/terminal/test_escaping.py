import pytest
from hypothesis import given
from hypothesis import strategies as st

from chipbench.terminal.escaping import plain


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Apple M1 Max · ½ °C – “quoted” 日本 😄", "Apple M1 Max · ½ °C – “quoted” 日本 😄"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m red", r"\x9b31m red"),  # the 8-bit form of the same escape
        ("two\nlines\r\tand a tab", "two lines  and a tab"),
        ("safe\u202egnp.exe", r"safe\u202egnp.exe"),
        ("half \ud800 a pair", r"half \ud800 a pair"),
        ("\0", r"\x00"),
    ],
)
def test_what_a_terminal_acts_on_is_spelled_out(text: str, written: str) -> None:
    assert plain(text) == written


@given(st.text(st.characters()))
def test_any_text_is_one_line_that_every_stream_takes(text: str) -> None:
    written = plain(text)
    assert written.isprintable()
    written.encode()
    assert plain(written) == written
