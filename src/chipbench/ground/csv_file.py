"""Rows of a measurement as a CSV file."""

import csv
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from chipbench.ground.path_redaction import without_folders
from chipbench.ground.typed_json import encodable

#: What a spreadsheet takes for the beginning of a formula, in wide letters too, and of a field.
_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARKS = ("\t", "\r", "\n")


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write `rows` with the union of their columns; what a row lacks stays empty."""
    columns: dict[str, None] = {}
    for row in rows:
        columns |= dict.fromkeys(row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(map(cell, columns))
        writer.writerows(map(cell, map(row.get, columns)) for row in rows)


def cell(value: object) -> object:
    """`value` without folders; what a spreadsheet would take for a formula is marked as text."""
    return _text(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)  # a table says most of its words in many rows
def _text(given: str) -> str:
    text = without_folders(encodable(given)) if "/" in given else encodable(given)
    marked = text.startswith(_MARKS) or text.lstrip().startswith(_FORMULAS)
    return f"'{text}" if marked else text
