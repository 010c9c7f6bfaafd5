"""The report as files: a page that opens without a network, and Markdown."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape

from chipbench.comparison.report import Report, Table
from chipbench.measure.statistics import CONFIDENCE
from chipbench.terminal.markdown import markdown_text


def write_pages(folder: Path, report: Report) -> None:
    """Write `report.html` and `report.md` into `folder`."""
    environment = Environment(
        loader=PackageLoader("chipbench.comparison", "templates"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=False,
    )
    environment.filters |= {"cell": markdown_text, "grid": _grid}
    for name in ("report.html", "report.md"):
        text = environment.get_template(name).render(report=report, confidence=CONFIDENCE)
        (folder / name).write_text(text, encoding="utf-8", errors="replace")


def _grid(table: Table) -> str:
    lines = [table.heads, ("---",) + ("---:",) * (len(table.heads) - 1)]
    lines += [tuple(markdown_text(cell.text) for cell in row.cells) for row in table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
