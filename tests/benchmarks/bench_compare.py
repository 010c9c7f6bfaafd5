"""What `compare` costs with many runs: time, memory, size of the report.

Run as `python tests/benchmarks/bench_compare.py [NUMBER …]`: from a SQLite file and through a
tracking server with a login on the same file, in turn. Ends non-zero if the largest number misses a
limit; those are of 10,000 runs.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))  # the server of the tests stands beside this folder

from rows import keep  # noqa: E402
from support.tracking_server import PASSWORD, USER, TrackingServer  # noqa: E402

_NUMBERS = (1_000, 10_000)
_REPEATS = 5
_WORKERS = 2  # as `make server` has
_LIMITED = 10_000
_LIMITS_S = {"SQLite": 6.0, "server": 20.0}
_LIMIT_MIB = 600.0
_LIMIT_MB = 5.0
_FIGURES = ("time_s", "processor_s", "peak_mib", "report_mb")

#: What one comparison gives: `_FIGURES`.
Cost = tuple[float, float, float, float]


def measure(number: int) -> dict[str, list[Cost]]:
    """By store, what each of its turns cost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'many.db'}"
        _fill(folder / "many.db", number)
        server = TrackingServer(folder / "server", database, login=True, workers=_WORKERS)
        server.start()
        try:
            stores = {"SQLite": database, "server": server.uri}
            turns = [
                {store: _compare(folder, uri) for store, uri in stores.items()}
                for _ in range(_REPEATS)
            ]
        finally:
            server.kill()
    return {store: [turn[store] for turn in turns] for store in stores}


def _fill(path: Path, number: int) -> None:
    """In a process of its own: the peak of what is started later is at least what this one has."""
    program = str(Path(__file__).with_name("many_runs.py"))
    subprocess.run([sys.executable, program, str(path), str(number)], check=True)


def _compare(folder: Path, uri: str) -> Cost:
    """One comparison in a process of its own."""
    out = folder / "out"
    command = [sys.executable, "-m", "chipbench.compare", f"output_dir={out}"]
    command += [f"tracking.uri={uri}", f"hydra.run.dir={folder / 'h'}"]
    begin = time.monotonic()
    with (folder / "printed").open("w") as printed:
        process = subprocess.Popen(command, stdout=printed, cwd=folder, env=os.environ | _login())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
    elapsed_s = time.monotonic() - begin
    if status != 0:
        raise RuntimeError(f"compare ended with status {status}")
    # Linux counts in KiB, macOS in bytes.
    peak = used.ru_maxrss / (2**20 if os.uname().sysname == "Darwin" else 2**10)
    size = (out / "report.html").stat().st_size / 1e6
    return elapsed_s, used.ru_utime + used.ru_stime, peak, size


def _login() -> Mapping[str, str]:
    return {"MLFLOW_TRACKING_USERNAME": USER, "MLFLOW_TRACKING_PASSWORD": PASSWORD}


def _rows(number: int, found: Mapping[str, Sequence[Cost]]) -> Iterator[dict[str, object]]:
    for store, costs in found.items():
        for turn, cost in enumerate(costs, 1):
            named = dict(zip(_FIGURES, cost, strict=True))
            yield {"runs": number, "store": store, "turn": turn} | named


def _missed(store: str, elapsed_s: float, peak_mib: float, size_mb: float) -> bool:
    return elapsed_s > _LIMITS_S[store] or peak_mib > _LIMIT_MIB or size_mb > _LIMIT_MB


def main() -> int:
    """Print the table; 1 if 10,000 runs miss a limit."""
    missed = False
    rows: list[dict[str, object]] = []
    print("runs      store    time (s)   processor (s)   peak (MiB)   report (MB)")
    for number in [int(word) for word in sys.argv[1:]] or _NUMBERS:
        found = measure(number)
        rows += _rows(number, found)
        for store, costs in found.items():
            elapsed_s, used_s, peak, size = map(statistics.median, zip(*costs, strict=True))
            print(f"{number:>6,}   {store:7} {elapsed_s:>9.1f} {used_s:>15.1f}", end="")
            print(f" {peak:>12.0f} {size:>13.2f}", flush=True)
            missed |= number == _LIMITED and _missed(store, elapsed_s, peak, size)
    keep("compare", rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
