"""What the monitor costs: its share of one core, read once a second as in a run, and per reading.

Run as `python tests/benchmarks/bench_monitor.py [SECONDS]`; ends non-zero if it takes more than
1 % of a core.
"""

import sys
import time
from statistics import median

from rows import keep

from chipbench.hardware import sensors
from chipbench.measure.monitor import Monitor

_LIMIT_PERCENT = 1.0
_READINGS = 50


def main() -> int:
    """Print the share; 1 if it is above the limit."""
    watched_s = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    found = sensors()
    times = []
    for _ in range(_READINGS):
        begin = time.process_time()
        for sensor in found:
            sensor.read()
        times.append(time.process_time() - begin)
    with Monitor(found, 1.0):
        begin, used = time.perf_counter(), time.process_time()
        time.sleep(watched_s)
        used_s, elapsed_s = time.process_time() - used, time.perf_counter() - begin
    share = 100 * used_s / elapsed_s
    keep(
        "monitor",
        [
            *(
                {"measured": "one reading", "turn": turn, "processor_s": time_s}
                for turn, time_s in enumerate(times, 1)
            ),
            {
                "measured": "a reading each second",
                "turn": 1,
                "processor_s": used_s,
                "time_s": elapsed_s,
            },
        ],
    )
    names = ", ".join(type(sensor).__name__ for sensor in found)
    reading_ms = 1000 * median(times)
    print(f"{names}: {share:.2f} % of a core at 1 reading/s; median {reading_ms:.2f} ms/reading")
    return int(share > _LIMIT_PERCENT)


if __name__ == "__main__":
    sys.exit(main())
