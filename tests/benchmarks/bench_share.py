"""What 300 shared files cost: time and memory of a comparison, without a store and with one.

Run as `python tests/benchmarks/bench_share.py`; ends non-zero if a comparison takes 5 s or more
beyond reading the files or the store, or if a percentile is not NumPy's.
"""

import csv
import random
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
from rows import keep

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.shared_results import MAC, result

from chipbench.compare import compare
from chipbench.config.compose import compose_config
from chipbench.reference import reference
from chipbench.sharing.run_sources import Sources
from chipbench.tracking.store import Store, configured_store

_FILES, _MODELS = 300, 12
_LIMIT_S = 5.0


def write_files(folder: Path) -> dict[str, list[float]]:
    """Files of machines of twelve models, each machine once; by model their times, in seconds."""
    chance = random.Random(1)
    times_s = defaultdict(list)
    for number in range(_FILES):
        model = f"Model {number % _MODELS}"
        first_s = chance.lognormvariate(1 + number % _MODELS / 4, 0.2)
        machine = replace(MAC, name=model, fingerprint=f"{number:012x}")
        made = result((first_s, 2.0, 2.1), machine, begun_ms=1_768_464_000_000 + number)
        made.write(folder / f"chipbench-{number:03d}.json")
        times_s[model].append(made.metrics["total_time_s"])
    return dict(times_s)


def measure(folder: Path, store: Store | None, *words: str) -> tuple[float, float]:
    """Seconds of reading alone, and of the comparison beyond that."""
    config = compose_config("compare", [*words, f"output_dir={folder / 'out'}"])
    begin = time.monotonic()
    Sources(store, config.files).read(None)
    read_s = time.monotonic() - begin
    begin = time.monotonic()
    with redirect_stdout(StringIO()):
        compare(config)
    return read_s, time.monotonic() - begin - read_s


def are_numpys(folder: Path, times_s: dict[str, list[float]]) -> bool:
    """Whether each model's percentiles are what NumPy makes of its machines' times."""
    with (folder / "out" / "comparison_models.csv").open(newline="") as lines:
        rows = {row["machine"]: row for row in csv.DictReader(lines)}
    names = [f"time_{place}th_percentile_s" for place in (25, 50, 75)]
    return rows.keys() == times_s.keys() and all(
        np.allclose([float(rows[m][n]) for n in names], np.percentile(t, (25, 50, 75)), rtol=1e-12)
        for m, t in times_s.items()
    )


def main() -> int:
    """Print the table; 1 if a limit is missed."""
    good = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "files").mkdir()
        times_s = write_files(folder / "files")
        store_words = [f"tracking.uri=sqlite:///{folder / 'mlflow.db'}"]
        files = f"files={folder / 'files'}"
        config = compose_config("reference", [*store_words, files, "output_dir=none"])
        begin = time.monotonic()
        with redirect_stdout(StringIO()):
            reference(config)
        import_s = time.monotonic() - begin
        times = [("files", "import", import_s)]
        lines = [f"importing {_FILES} files: {import_s:.1f} s"]
        store = configured_store(config.tracking, folder)
        for what, where, words in (
            ("files", None, ["tracking=none", files]),
            ("store", store, store_words),
        ):
            read_s, rest_s = measure(folder, where, *words)
            times += [(what, "read", read_s), (what, "compare beyond reading", rest_s)]
            fits = are_numpys(folder, times_s) and rest_s < _LIMIT_S
            good &= fits
            verdict = "" if fits else ", MISSED"
            lines.append(f"{what}: read {read_s:.1f} s, then {rest_s:.1f} s{verdict}")
    print("\n".join(lines))
    columns = ("source", "measured", "time_s")
    keep("share", [{"files": _FILES} | dict(zip(columns, row, strict=True)) for row in times])
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
