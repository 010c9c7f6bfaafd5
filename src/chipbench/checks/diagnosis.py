"""All checks as a table for people, and as one JSON object for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chipbench.checks.check import OK, PROBLEM, WARNING, Check

_STYLES = {OK: "green", WARNING: "yellow", PROBLEM: "bold red"}


def print_json(checks: Sequence[Check]) -> None:
    """`{"checks": [{"name", "status", "found", "remedy"}], "ok": …}`, ok without a problem."""
    ok = all(check.status != PROBLEM for check in checks)
    print(json.dumps({"checks": [asdict(check) for check in checks], "ok": ok}, indent=2))


def print_table(checks: Sequence[Check]) -> None:
    """One row a check, its remedy below, and a sentence at the end."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for column in ("status", "name"):
        table.add_column(column, no_wrap=True)
    table.add_column("found")
    for check in checks:
        found = Text(check.found)
        if check.remedy is not None:
            found.append(f"\n→ {check.remedy}", style="bold")
        table.add_row(Text(check.status, style=_STYLES[check.status]), check.name, found)
    console = Console()
    console.print(table)
    console.print(verdict(checks), highlight=False)


def verdict(checks: Sequence[Check]) -> str:
    """Whether the main job can run."""
    problems = [check.name for check in checks if check.status == PROBLEM]
    if problems:
        return f"the main job cannot run here yet: {', '.join(problems)}"
    warnings = [check.name for check in checks if check.status == WARNING]
    noted = f"; mind {', '.join(warnings)}" if warnings else ""
    return f"this machine can run the main job, `mlflow run .`{noted}"
