"""What measuring costs and what tuning gains: TinyVGG, batch 32, against a bare Keras script.

Run as `python tests/benchmarks/bench_train.py [EPOCHS [EXAMPLES]]`, EXAMPLES a multiple
of 4,000. Ends non-zero if
protocol=article with everything on takes more than 1.01 times the bare script's epoch, or
protocol=tuned gives less than 1.8 times its images per second. PyTorch is a further row where it is
installed.

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
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from scipy.stats import bootstrap
from turns import Trainer, images_per_second, take_turns, total_s, untimed_s

_EPOCHS, _EXAMPLES = 60, 8_000
_WARM_UP = 4  # epochs
_WHOLE_TURNS = 4_000  # images: turns of 125 batches of 32, see trainers.py
_MOST_TIME, _LEAST_SPEED = 1.01, 1.8
_SEED = 42
_KINDS = ["bare", "article", "tuned"]


class Ratio:
    """Of one trainer's epochs to another's: median and its 95 % interval (percentile bootstrap)."""

    def __init__(
        self, trainer: Trainer, baseline: Trainer, value: Callable[[Mapping[str, float]], float]
    ) -> None:
        pairs = zip(measured(trainer), measured(baseline), strict=True)
        ratios = [value(epoch) / value(other) for epoch, other in pairs]
        self.median = median(ratios)
        found = bootstrap((ratios,), median, vectorized=False, method="percentile", rng=0)
        self.low, self.high = found.confidence_interval

    def __str__(self) -> str:
        return f"{self.median:.3f} (95 % interval {self.low:.3f} to {self.high:.3f})"


def measured(trainer: Trainer) -> Sequence[Mapping[str, float]]:
    """The epochs after those that warm up."""
    return trainer.epochs[_WARM_UP:]


def main() -> int:
    """Print the table; 1 if a limit is missed."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else _EPOCHS
    examples = int(sys.argv[2]) if len(sys.argv) > 2 else _EXAMPLES
    if epochs < 2 or examples % _WHOLE_TURNS:
        sys.exit(f"EPOCHS must be 2 or more, EXAMPLES a multiple of {_WHOLE_TURNS}")
    kinds = _KINDS + (["pytorch"] if find_spec("torch") else [])
    numbers = [str(number) for number in (examples, _SEED, len(kinds))]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        trainers = [
            stack.enter_context(Trainer(kind, [kind, str(Path(folder, kind)), *numbers]))
            for kind in kinds
        ]
        take_turns(trainers, epochs + _WARM_UP)
    print(f"\n{'medians':18} {'images/s':>9} {'epoch (s)':>10} {'untimed (s)':>12} {'val_loss':>9}")
    for trainer in trainers:
        speed = median(map(images_per_second, measured(trainer)))
        whole_s = median(map(total_s, measured(trainer)))
        left_out_s = median(map(untimed_s, measured(trainer)))
        last = trainer.epochs[-1]["val_loss"]
        print(f"{trainer.name:18} {speed:>9,.0f} {whole_s:>10.2f} {left_out_s:>12.2f} {last:>9.4f}")
    bare, article, tuned, *_ = trainers
    time, speed = Ratio(article, bare, total_s), Ratio(tuned, bare, images_per_second)
    print(f"article / bare, epoch time: {time}")
    print(f"tuned / bare, images/s: {speed}")
    misses = {
        f"article: over {_MOST_TIME}": time.median > _MOST_TIME,
        f"tuned: under {_LEAST_SPEED}": speed.median < _LEAST_SPEED,
    }
    missed = [what for what, is_so in misses.items() if is_so]
    print(f"MISSED: {', '.join(missed)}" if missed else "all limits are met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
