"""All checks as a table for people, and as one JSON object for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from chipbench.checks.check import OK, PROBLEM, WARNING, Check
from chipbench.ground.invocation import command
from chipbench.terminal.messages import say
from chipbench.terminal.streams import STDOUT
from chipbench.terminal.table import Cell, Column, Styled, show_table

_STYLES = {OK: "green", WARNING: "yellow", PROBLEM: "bold red"}


def print_json(checks: Sequence[Check]) -> None:
    """`{"checks": [{"name", "status", "found", "remedy"}], "ok": …}`, ok without a problem."""
    ok = all(check.status != PROBLEM for check in checks)
    text = json.dumps({"checks": [asdict(check) for check in checks], "ok": ok}, indent=2)
    print(text, file=STDOUT)


def print_table(checks: Sequence[Check]) -> None:
    """One row a check, its remedy below, and a sentence at the end."""
    rows: list[list[Cell]] = [
        [Styled(check.status, _STYLES[check.status]), check.name, [check.found, *_remedy(check)]]
        for check in checks
    ]
    show_table([Column(whole=True), Column(whole=True), Column()], rows, frame=False)
    say(verdict(checks))


def _remedy(check: Check) -> list[Styled]:
    return [] if check.remedy is None else [Styled(f"→ {check.remedy}", "bold")]


def verdict(checks: Sequence[Check]) -> str:
    """Whether the main job can run."""
    problems = [check.name for check in checks if check.status == PROBLEM]
    if problems:
        return f"the main job cannot run here yet: {', '.join(problems)}"
    warnings = [check.name for check in checks if check.status == WARNING]
    noted = f"; mind {', '.join(warnings)}" if warnings else ""
    return f"this machine can run the main job, `{command('train')}`{noted}"
