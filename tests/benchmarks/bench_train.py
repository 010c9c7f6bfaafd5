"""What measuring costs and what tuning gains: TinyVGG, batch 32, against a bare Keras script.

Run as `python tests/benchmarks/bench_train.py [ROUNDS [EXAMPLES]]`. Ends non-zero if
protocol=article with everything on takes more than 1.01 times the bare script's epoch, or
protocol=tuned gives less than 1.8 times its images per second. PyTorch is a further row where it is
installed.

TensorFlow's `fit` stalls for some seconds now and then, bare or not. A round in which an epoch
stands apart from that training's others (modified z-score above 3.5) is named and left out, for
all.
"""

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from turns import Trainer, take_turns

from chipbench.comparison.statistics import outliers, ratio

_ROUNDS, _EXAMPLES = 16, 20_000
_WARM_UP = 2  # rounds
_MOST_TIME, _LEAST_SPEED = 1.01, 1.8
_SEED = "42"


def ratio_text(values: Sequence[float], baseline: Sequence[float]) -> str:
    """The median of the ratios pair by pair, their quartiles, and the mean's 95 % interval."""
    pairs = sorted(a / b for a, b in zip(values, baseline, strict=True))
    low, high = pairs[len(pairs) // 4], pairs[-(len(pairs) // 4) - 1]
    interval = ratio(pairs, [1.0, 1.0])
    return (
        f"{median(pairs):.4f} (half of the pairs: {low:.4f} to {high:.4f}; "
        f"mean {interval.value:.4f}, 95 % {interval.low:.4f} to {interval.high:.4f})"
    )


def median_ratio(values: Sequence[float], baseline: Sequence[float]) -> float:
    """Median of the ratios pair by pair."""
    return median(a / b for a, b in zip(values, baseline, strict=True))


def series(trainer: Trainer, name: str, rounds: Sequence[int]) -> list[float]:
    """A value of the epochs of these rounds."""
    return [trainer.epochs[number][name] for number in rounds]


def even_rounds(trainers: Sequence[Trainer]) -> list[int]:
    """The rounds after the warm-up in which no training stalled."""
    counted = range(_WARM_UP, len(trainers[0].epochs))
    apart = {t.name: set(outliers(series(t, "total_s", counted))) for t in trainers}
    for name, times in apart.items():
        if times:
            print(f"{name}: left out {', '.join(f'{time:.1f} s' for time in sorted(times))}")
    return [
        number
        for number in counted
        if all(t.epochs[number]["total_s"] not in apart[t.name] for t in trainers)
    ]


def main() -> int:
    """Print the table; 1 if a limit is missed."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS
    examples = sys.argv[2] if len(sys.argv) > 2 else str(_EXAMPLES)
    kinds = ["bare", "article", "tuned"] + (["pytorch"] if find_spec("torch") else [])
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        trainers = [
            stack.enter_context(Trainer(kind, [kind, str(Path(folder, kind)), examples, _SEED]))
            for kind in kinds
        ]
        take_turns(trainers, number + _WARM_UP)
    bare, article, tuned, *_ = trainers
    rounds = even_rounds(trainers)
    print(f"\n{'':18} {'images/s':>9} {'epoch (s)':>10} {'val_loss':>9}   medians")
    for trainer in trainers:
        names = ("images_per_second", "total_s")
        speed, total = (median(series(trainer, name, rounds)) for name in names)
        last = trainer.epochs[-1]["val_loss"]
        print(f"{trainer.name:18} {speed:>9,.0f} {total:>10.2f} {last:>9.4f}")
    times = [series(trainer, "total_s", rounds) for trainer in (article, bare)]
    speeds = [series(trainer, "images_per_second", rounds) for trainer in (tuned, bare)]
    print(f"article / bare, epoch time: {ratio_text(*times)}")
    print(f"tuned / bare, images/s:     {ratio_text(*speeds)}")
    misses = {
        f"article: over {_MOST_TIME}": median_ratio(*times) > _MOST_TIME,
        f"tuned: under {_LEAST_SPEED}": median_ratio(*speeds) < _LEAST_SPEED,
    }
    missed = [what for what, is_so in misses.items() if is_so]
    print(f"MISSED: {', '.join(missed)}" if missed else "all limits are met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
