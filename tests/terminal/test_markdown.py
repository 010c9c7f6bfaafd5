"""A stranger's text in Markdown: it is read as it stands, and nothing in it is acted on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chipbench.terminal.escaping import plain
from chipbench.terminal.markdown import markdown_text

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def read(text: str) -> tuple[set[str], str]:
    """The kinds of what a reader of `| text |` in a table sees in its cell, and the letters."""
    page = MARKDOWN.parse(f"| a |\n|---|\n| x{markdown_text(text)} |")
    cells = [token for token in page if token.type == "inline"]
    assert len(cells) == 2
    children = cells[1].children or []
    return {child.type for child in children}, "".join(child.content for child in children)


@pytest.mark.parametrize(
    "text",
    [
        "a|b",
        "a\\|b",
        "**bold**",
        "_x_",
        "~~gone~~",
        "`code`",
        "[link](javascript:alert(1))",
        "![picture](http://x/y.png)",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!-- hidden -->",
        "&lt;b&gt;",
        "&#x3c;",
        "# heading",
        "a\n\n# heading",
        "a\r\n| b | c |",
        "$x^2$",
        "\x1b[31mred",
        "\x9b31mred",
        "\u202egnp.exe",
        "\ud800",
        "\x00",
        "\\",
        "a\\",
        "===",
        "---",
    ],
)
def test_text_is_text(text: str) -> None:
    kinds, letters = read(text)
    assert kinds <= {"text", "text_special", "html_entity"}
    assert letters == f"x{' '.join(plain(text).split())}"
    assert markdown_text(text).encode().decode().isprintable()


@settings(deadline=None)  # other tests share the processor
@given(st.text(max_size=30))
def test_any_text_is_text(text: str) -> None:
    kinds, letters = read(text)
    assert kinds <= {"text", "text_special"}
    assert letters == f"x{' '.join(plain(text).split())}"
