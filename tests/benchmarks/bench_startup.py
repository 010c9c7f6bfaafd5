"""Where the seconds before the first step go, and what the short commands take.

Run as `python tests/benchmarks/bench_startup.py [REPEATS]`; ends non-zero if `--help` takes 1 s,
`compare` 3 s to its first look at the store, or either of them imports TensorFlow.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from statistics import median
from time import perf_counter

from rows import keep

_HELP_S, _COMPARE_S = 1.0, 3.0

#: Does what an entry point does before its first step, and says what each part took.
_STAGES = """
import json, time
stages, begin = {}, time.perf_counter()
def done(name):
    global begin
    now = time.perf_counter(); stages[name] = now - begin; begin = now
import tempfile
from chipbench import data, hardware
from chipbench.running import command
from chipbench.train import train
done("import chipbench")
from chipbench.config.compose import compose_config
from chipbench.ground.cache import cache_folder
words = ["dataset.max_examples=2000", f"output_dir={tempfile.mkdtemp()}", "tracking=none"]
config = compose_config("train", words)
done("compose the configuration")
machine = hardware.detect()
done("detect the machine")
from chipbench.backends import backend
backend("tensorflow").start(verbose=False)
import keras
done("import TensorFlow and Keras")
loaded = data.load(config.dataset, cache_folder(config.cache_dir))
from chipbench.backends.tensorflow.split_reading import arrays
images, labels = arrays(loaded.train, loaded.train_examples)
done("load the data (2,000 images)")
from chipbench.workloads.training.device_trial import choose
choose(config.optimizer, "tensorflow", machine, "cpu", cache_folder(config.cache_dir))
done("optimizer's verdict (known)")
from chipbench.models.tiny_vgg import build
model = build(10, 32, None)
model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
done("build and compile the model")
model.train_on_batch(images[:32] / 255.0, labels[:32])
done("trace and run the first step")
print(json.dumps(stages))
"""


def stages() -> dict[str, float]:
    """Seconds of each part, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _STAGES], check=True, capture_output=True, text=True
    )
    known: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return known


def command_s(*words: str) -> float:
    """Seconds of a whole command."""
    begin = perf_counter()
    subprocess.run([sys.executable, *words], check=False, capture_output=True)
    return perf_counter() - begin


def imports_tensorflow(*words: str) -> bool:
    """Whether the command loads TensorFlow."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *words], check=False, capture_output=True, text=True
    )
    return any(line.split("|")[-1].strip() == "tensorflow" for line in done.stderr.splitlines())


def show(name: str, times: Sequence[float]) -> float:
    """Print one line; its median."""
    middle = median(times)
    print(f"  {name:40} {middle:6.2f} s   from {min(times):.2f} to {max(times):.2f}")
    return middle


def main() -> int:
    """Print the table; 1 if a limit is missed."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    stages()  # fills caches, the disk's too
    runs = [stages() for _ in range(repeats)]
    print("command to first step:")
    for name in runs[0]:
        show(name, [run[name] for run in runs])
    show("together", [sum(run.values()) for run in runs])
    print("whole commands:")
    helping = ("-m", "chipbench.train", "--help")
    with tempfile.TemporaryDirectory() as folder:
        store = f"tracking.uri=sqlite:///{folder}/empty.db"
        comparing = ("-m", "chipbench.compare", store, f"hydra.run.dir={folder}/out")
        command_s(*comparing)  # makes the store
        helped = [command_s(*helping) for _ in range(repeats)]
        help_s = show("train --help", helped)
        compared = [command_s(*comparing) for _ in range(repeats)]
        compare_s = show("compare, to an empty store's answer", compared)
        heavy = imports_tensorflow(*helping) or imports_tensorflow(*comparing)
    print("  TensorFlow is imported by one of them" if heavy else "  neither imports TensorFlow")
    found = {name: [run[name] for run in runs] for name in runs[0]}
    found |= {"train --help": helped, "compare, to an empty store's answer": compared}
    keep(
        "startup",
        [
            {"measured": name, "turn": turn, "time_s": time_s}
            for name, times in found.items()
            for turn, time_s in enumerate(times, 1)
        ],
    )
    return int(help_s >= _HELP_S or compare_s >= _COMPARE_S or heavy)


if __name__ == "__main__":
    sys.exit(main())
