"""How a stranger's text is written in Markdown, and in the HTML that it may hold."""

from chipbench.terminal.plain import plain

#: Signs that Markdown acts on; GitHub's makes formulas between dollars.
_MARKS = "\\`*_[]|~#$"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def markdown_text(text: str) -> str:
    """`text` on one line, with nothing in it that Markdown, HTML or a terminal would act on."""
    line = " ".join(plain(str(text)).split())
    return "".join(_written(sign) for sign in line)


def _written(sign: str) -> str:
    return f"\\{sign}" if sign in _MARKS else _ENTITIES.get(sign, sign)
