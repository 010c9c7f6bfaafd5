"""What measuring costs: the small transformer, batch 16, beside its published script.

Run as `python tests/benchmarks/bench_transformer.py [EPOCHS [EXAMPLES]]`, under TensorFlow, for
which the script was written, EXAMPLES a multiple of 400. Ends non-zero if an epoch with everything
on takes more than 1.02 times the script's. Both train on the same generated reviews in turns of 25
steps, as in bench_train.py, which says what is timed.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rows import keep
from taken_turns import WARM_UP, Ratio, print_table, rows_of
from turns import Trainer, take_turns, total_s

_EPOCHS, _EXAMPLES = 6, 400  # 150 steps, after those that warm up
_WHOLE_TURNS = 400  # sequences: turns of 25 batches of 16
_SEED = 42
_MOST_TIME = 1.02


def main() -> int:
    """Print the table; 1 if the limit is missed."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else _EPOCHS
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else _EXAMPLES
    if epochs < 2 or examples % _WHOLE_TURNS:
        sys.exit(f"EPOCHS must be 2 or more, EXAMPLES a multiple of {_WHOLE_TURNS}")
    kinds = ["script", "transformer"]
    numbers = [str(number) for number in (examples, _SEED, len(kinds))]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        script, run = (
            stack.enter_context(
                Trainer(kind, ["tensorflow", kind, str(Path(folder, kind)), *numbers])
            )
            for kind in kinds
        )
        take_turns([script, run], epochs + WARM_UP)
    print_table("TensorFlow", [script, run], "sequences/s")
    keep("transformer", rows_of([script, run]))
    time = Ratio(run, script, total_s)
    print(f"transformer / script, epoch time: {time}")
    missed = time.median > _MOST_TIME
    print(f"MISSED: over {_MOST_TIME}" if missed else "the limit is met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
