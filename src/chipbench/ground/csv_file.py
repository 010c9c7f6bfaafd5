"""Rows of a measurement as a CSV file."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write `rows` with the union of their columns; what a row lacks stays empty."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)


def cell(value: object) -> object:
    """`value`; text that a spreadsheet would take for a formula is marked as text."""
    if isinstance(value, str):
        value = value.encode(errors="replace").decode()  # half a surrogate fits no file
        if value.startswith(("=", "+", "-", "@", "\t", "\r")):
            return f"'{value}"
    return value
