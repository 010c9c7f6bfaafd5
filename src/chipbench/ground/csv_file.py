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
        writer.writerows(rows)
