"""What the device can do at most, measured in a process of its own with a JSON request.

A process of its own has TensorFlow's own number of threads, whatever the benchmark's protocol sets.
Measured are a large matrix product, of 2 n^3 operations, and STREAM's "add", c = a + b, which moves
three arrays through the memory (McCalpin, 1995).
"""

import json
import os
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any

from chipbench.backends.tensorflow.device import import_tensorflow

#: Edge of the matrices, and elements of an array: beyond every cache, within a small GPU's memory.
_SIZES = {"cpu": (2048, 2**25), "gpu": (8192, 2**27)}
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


def measure(device: str, dtype: str) -> dict[str, float]:
    """Peak TFLOP/s of a matrix product of `dtype`, and GB/s of memory, on "cpu" or "gpu"."""
    tf = import_tensorflow(verbose=False)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    edge, elements = _SIZES[device]
    synchronize = tf.test.experimental.sync_devices
    with tf.device(f"/{device.upper()}:0"):
        matrix = tf.cast(tf.random.stateless_uniform([edge, edge], [1, 2]), dtype)
        product: Any = tf.function(lambda: tf.linalg.matmul(matrix, matrix))
        product_s = fastest_s(product, synchronize)
        one, other = tf.ones([elements]), tf.ones([elements])
        add: Any = tf.function(lambda: tf.add(one, other))
        add_s = fastest_s(add, synchronize)
        share = processor_share(product) if device == "cpu" else 1.0
    return {
        "tflops": 2 * edge**3 / product_s / 1e12,
        "gigabytes_per_s": 3 * 4 * elements / add_s / 1e9,
        "processor_share": share,
    }


def processor_share(work: Callable[[], object]) -> float:
    """How much of all cores this process got while it worked, share of 1.

    TensorFlow's product uses every core; what is missing had other programs, or other guests of
    the host.
    """
    begin, used = perf_counter(), process_time()
    for _ in range(_REPEATS):
        work()
    return (process_time() - used) / (perf_counter() - begin) / (os.cpu_count() or 1)


def main() -> None:
    """Print the peaks as one JSON object on the last line."""
    request = json.loads(sys.argv[1])
    print(json.dumps(measure(request["device"], request["dtype"])))


if __name__ == "__main__":
    main()
