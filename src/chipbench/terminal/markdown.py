"""How a stranger's text is written in Markdown, and in the HTML that it may hold."""

from collections.abc import Mapping

from chipbench.ground.metrics import all_metrics
from chipbench.terminal.escaping import plain

#: Signs that Markdown acts on; GitHub's makes formulas between dollars.
_MARKS = "\\`*_[]|~#$"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def markdown_text(text: str) -> str:
    """`text` on one line, with nothing in it that Markdown, HTML or a terminal would act on."""
    line = " ".join(plain(str(text)).split())
    return "".join(_written(sign) for sign in line)


def _written(sign: str) -> str:
    return f"\\{sign}" if sign in _MARKS else _ENTITIES.get(sign, sign)


def metric_table(values: Mapping[str, float]) -> str:
    """Metrics by name as a table with units and meanings; empty without any that is defined."""
    known = {one.name: one for one in all_metrics()}
    rows = [
        f"| `{name}` | {known[name].format(value)} | {markdown_text(known[name].meaning)} |"
        for name, value in values.items()
        if name in known
    ]
    return "\n".join(["| Metric | Value | Meaning |", "|---|--:|---|", *rows]) if rows else ""
