"""What `compare` costs with many runs in the store: time, memory, size of the report.

Run as `python tests/benchmarks/bench_compare.py`; ends non-zero if 10,000 runs take 15 s, 1 GiB or
a report of 5 MB, or more.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from many_runs import fill

_NUMBERS = (1_000, 3_000, 10_000)
_REPEATS = 5
_LIMITS = (15.0, 1024.0, 5.0)


def measure(number: int) -> tuple[float, float, float]:
    """Median seconds, peak MiB and megabytes of the report of a comparison in its own process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "many.db", number)
        uri = f"sqlite:///{folder / 'many.db'}"
        times = []
        for number in range(_REPEATS):
            out = folder / f"out{number}"
            command = [sys.executable, "-m", "chipbench.compare", f"output_dir={out}"]
            command += [f"tracking.uri={uri}", f"hydra.run.dir={folder / 'h'}"]
            begin = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)
            times.append(time.monotonic() - begin)
        elapsed = statistics.median(times)
        # Linux counts in KiB, macOS in bytes.
        unit = 2**20 if os.uname().sysname == "Darwin" else 2**10
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
        return elapsed, peak, (out / "report.html").stat().st_size / 1e6


def main() -> int:
    """Print the table; 1 if a limit is missed at the largest number."""
    print("runs      time (s)   peak memory (MiB)   report (MB)   time per 1,000 runs (s)")
    for number in _NUMBERS:
        found = measure(number)
        elapsed, peak, size = found
        print(f"{number:>6,}   {elapsed:>8.1f}   {peak:>17.0f}   {size:>11.2f}", end="")
        print(f"   {1000 * elapsed / number:>23.2f}")
    return int(any(value > limit for value, limit in zip(found, _LIMITS, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
