"""What measuring costs and what tuning gains: TinyVGG, batch 32, against a bare Keras script.

Run as `python tests/benchmarks/bench_train.py [EPOCHS [EXAMPLES [BACKEND...]]]`, EXAMPLES a
multiple of 4,000; without a back end, with all that are installed. Ends non-zero if
protocol=article with everything on takes more than 1.01 times the bare script's epoch under
TensorFlow, 1.02 times under PyTorch or JAX, or if protocol=tuned gives less than 1.8 times the bare
script's images per second under TensorFlow, 1.5 times those of protocol=article under PyTorch. A
loop of PyTorch's own, eager, is a further row of TensorFlow's.

Every ratio is the median over the epochs of one epoch's to the bare script's that ran beside it, in
turns: `fit` has 25 steps in one. An epoch is all its steps, its validation and what its end calls.
The moments in which tf.data's iterators are made and destroyed are left out, of the bare script as
of chipbench, and stand in a column of their own: TensorFlow waits there for its autotuning thread,
which can miss the notice (the callback of a cancellation runs before the cancellation is marked)
and sleeps on, for 0.3 s to 10 s. That befalls up to half of the epochs on two cores, by chance, and
would drown one per cent.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from rows import keep
from taken_turns import WARM_UP, Ratio, print_table, rows_of
from turns import Trainer, images_per_second, take_turns, total_s

#: Epochs and examples: TensorFlow's limit is the narrowest. All benchmarks take 40 minutes so.
_LENGTH: dict[str, tuple[int, ...]] = {
    "tensorflow": (36, 8_000),
    "torch": (12, 4_000),
    "jax": (12, 4_000),
}
_WHOLE_TURNS = 4_000  # images: turns of 125 batches of 32, see trainers.py
_SEED = 42
_KINDS = ["bare", "article", "tuned"]
_TITLES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
#: Of protocol=article to the bare script's epoch, at most.
_MOST_TIME = {"tensorflow": 1.01, "torch": 1.02, "jax": 1.02}
#: Of protocol=tuned to another's images per second, at least.
_LEAST_SPEED = {"tensorflow": ("bare", 1.8), "torch": ("article", 1.5)}


def main() -> int:
    """Print a table for each back end; 1 if a limit is missed."""
    wanted = tuple(map(int, sys.argv[1:3]))  # how many are given of epochs and examples
    backends = sys.argv[3:] or [name for name in _TITLES if find_spec(name)]
    lengths = {name: wanted + _LENGTH[name][len(wanted) :] for name in backends}
    if any(epochs < 2 or examples % _WHOLE_TURNS for epochs, examples in lengths.values()):
        sys.exit(f"EPOCHS must be 2 or more, EXAMPLES a multiple of {_WHOLE_TURNS}")
    missed = [miss for name, length in lengths.items() for miss in compare(name, *length)]
    print(f"MISSED: {', '.join(missed)}" if missed else "all limits are met")
    return int(bool(missed))


def compare(backend: str, epochs: int, examples: int) -> Iterator[str]:
    """Run what trains with `backend` in turns and print its table; the limits that are missed."""
    kinds = list(_KINDS)
    if backend == "tensorflow" and find_spec("torch"):
        kinds.append("pytorch")
    numbers = [str(number) for number in (examples, _SEED, len(kinds))]
    title = _TITLES[backend]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        trainers = {
            kind: stack.enter_context(
                Trainer(kind, [backend, kind, str(Path(folder, kind)), *numbers])
            )
            for kind in kinds
        }
        print(f"\n{title}", flush=True)
        take_turns(list(trainers.values()), epochs + WARM_UP)
    print_table(title, trainers.values())
    keep(f"train_{backend}", rows_of(trainers.values()))
    time = Ratio(trainers["article"], trainers["bare"], total_s)
    print(f"article / bare, epoch time: {time}")
    if time.median > _MOST_TIME[backend]:
        yield f"{title}: article over {_MOST_TIME[backend]}"
    for other in ("bare", "article"):
        speed = Ratio(trainers["tuned"], trainers[other], images_per_second)
        print(f"tuned / {other}, images/s: {speed}")
        limited, least = _LEAST_SPEED.get(backend, (None, 0.0))
        if other == limited and speed.median < least:
            yield f"{title}: tuned under {least} of {other}"


if __name__ == "__main__":
    sys.exit(main())
