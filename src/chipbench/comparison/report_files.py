"""The report as files: a page that opens without a network, and Markdown."""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from chipbench.comparison.article_claims import ADVICE, ARTICLE
from chipbench.comparison.certainty import TOO_CLOSE, per_cent
from chipbench.comparison.duration_text import duration
from chipbench.comparison.glossary import terms_of
from chipbench.comparison.page_data import embedded
from chipbench.comparison.report import Report, Table
from chipbench.comparison.summary_table import (
    baselines,
    focus_basis,
    has_energy,
    model_of,
    scale_labels,
    summary_rows,
)
from chipbench.ground.plural import counted
from chipbench.terminal.markdown import markdown_text

#: Run one after the other: what draws, then what the page does with it.
_SCRIPTS = (
    "libraries/d3.min.js",
    "libraries/plot.min.js",
    "templates/table.js",
    "templates/sideways.js",
    "templates/summary.js",
    "templates/pair.js",
    "templates/charts.js",
)


def write_pages(folder: Path, report: Report) -> None:
    """Write `report.html` and `report.md` into `folder`."""
    environment = Environment(
        loader=PackageLoader("chipbench.comparison", "templates"),
        autoescape=select_autoescape(["html"]),
        trim_blocks=False,
    )
    environment.filters |= {"cell": markdown_text, "grid": _grid, "breakable": _breakable}
    summary = report.summary
    rows = summary_rows(summary) if summary else []
    scripts = [_own(name) for name in _SCRIPTS]
    known = {
        "report": report,
        "summary": summary,
        "rows": rows,
        "baselines": baselines(summary) if summary else [],
        "basis": focus_basis(summary) if summary else None,
        "any_indication": any(cell and cell.indication for row in rows for cell in row.cells),
        "scale": scale_labels(),
        "any_energy": summary is not None and has_energy(summary),
        "duration": duration,
        "limit": per_cent(TOO_CLOSE),
        "model_of": model_of,
        "terms": terms_of,
        "advice": ADVICE,
        "article": ARTICLE,
        "counted": counted,
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "data": embedded(report),
        "style": _own("templates/page.css"),
        "scripts": scripts,
        "policy": _policy(scripts),
    }
    for name in ("report.html", "report.md"):
        text = environment.get_template(name).render(known)
        (folder / name).write_text(text, encoding="utf-8", errors="replace")


def _own(name: str) -> Markup:
    """A file of this package, which no stranger wrote."""
    return Markup(files(__package__).joinpath(name).read_text("utf-8"))


def _breakable(text: str) -> Markup:
    """A long name that a narrow column may break where a word begins in it: Efficient|NetB0."""
    whole = re.sub(r"(?<=\d) (?=(?:h|min)\b)", "\N{NO-BREAK SPACE}", text)  # a number and its unit
    return Markup("<wbr>").join(re.split(r"(?<=[a-z]{5})(?=[A-Z])|(?<=_)", whole))


def _policy(scripts: Sequence[str]) -> str:
    """Nothing is asked of a network, and no script runs but these."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}"


def _grid(table: Table) -> str:
    lines = [table.heads, ("---",) + ("---:",) * (len(table.heads) - 1)]
    lines += [tuple(markdown_text(cell.text) for cell in row.cells) for row in table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
