"""What the device can do at most, measured in a trial's process, or its own with a JSON request.

A process of its own has the framework's own number of threads, whatever the benchmark's protocol
sets.
Measured are a large matrix product, of 2 n^3 operations, and STREAM's "add", c = a + b, which moves
three arrays through the memory (McCalpin, 1995).
"""

import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time

from chipbench.backends import Backend, backend
from chipbench.hardware import usable_cores

#: Edge of the matrices, and elements of an array: beyond every cache, within a small GPU's memory.
_SIZES = {"cpu": (2048, 2**25), "gpu": (8192, 2**27)}
#: The type of the products, by the precision of a training.
COMPUTED_IN = {"float32": "float32", "mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
_REPEATS = 5
_BUDGET_S = 2.0  # for all the repeats of one measurement; the first is always made


def fastest_s(work: Callable[[], object], synchronize: Callable[[], None]) -> float:
    """Seconds of the fastest of some repeats, after one that warms up.

    The fastest, not the median: a peak is what the device gives when nothing else uses it.
    """
    work()
    synchronize()
    times: list[float] = []
    while len(times) < _REPEATS and (not times or sum(times) < _BUDGET_S):
        begin = perf_counter()
        work()
        synchronize()
        times.append(perf_counter() - begin)
    return min(times)


def measure(opened: Backend, device: str, dtype: str) -> dict[str, float]:
    """Peak TFLOP/s of a matrix product of `dtype`, and GB/s of memory, on "cpu" or "gpu"."""
    edge, elements = _SIZES[device]
    product, add, synchronize = opened.peak_work(device, edge, elements, dtype)
    product_s = fastest_s(product, synchronize)
    add_s = fastest_s(add, synchronize)
    share = processor_share(product, synchronize) if device == "cpu" else 1.0
    return {
        "tflops": 2 * edge**3 / product_s / 1e12,
        "gigabytes_per_s": 3 * 4 * elements / add_s / 1e9,
        "processor_share": share,
    }


def processor_share(work: Callable[[], object], synchronize: Callable[[], None]) -> float:
    """How much of all cores this process got while it worked, share of 1.

    A product uses every core; what is missing had other programs, or other guests of
    the host.
    """
    begin, used = perf_counter(), process_time()
    for _ in range(_REPEATS):
        work()
        synchronize()
    return (process_time() - used) / (perf_counter() - begin) / usable_cores()


def main() -> None:
    """Print the peaks as one JSON object on the last line."""
    request = json.loads(sys.argv[1])
    opened = backend(request["backend"])
    opened.start(verbose=False, accelerator=request["device"])
    print(json.dumps(measure(opened, request["device"], request["dtype"])))


if __name__ == "__main__":
    main()
