import pytest

from chipbench.ground.typed_json import encodable, whole_number

ODD_NUMBERS = [
    "",
    "0",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "1_000",
    " 1",
    "1\n",
    "²",
    "٣",
    "１",
    "½",
    "nan",
    "inf",
    "0x10",
    "None",
    "9" * 13,
    "9" * 5000,
    "\ud800",
    "<b>",
]


@pytest.mark.parametrize("text", ODD_NUMBERS)
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert whole_number(text) is None


def test_a_whole_number_is_one() -> None:
    assert (whole_number("32"), whole_number("007")) == (32, 7)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\udcff", "é漢😄", "plain"])
def test_text_can_be_written_to_a_file(text: str) -> None:
    assert encodable(text).encode()
    assert encodable(encodable(text)) == encodable(text)
