"""The single measurements behind the printed figures, kept as a CSV file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chipbench.ground.csv_file import write_table

_ROOT = Path(__file__).resolve().parents[2]


def keep(name: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write `build/bench/<name>.csv`, one row per single measurement, and say so."""
    path = Path("build", "bench", f"{name}.csv")
    (_ROOT / path).parent.mkdir(parents=True, exist_ok=True)
    write_table(_ROOT / path, rows)
    print(f"rows: {path.as_posix()}", flush=True)
