"""What measuring costs and what tuning gains: TinyVGG, batch 32, against a bare Keras script.

Run as `python tests/benchmarks/bench_train.py [ROUNDS [EXAMPLES]]`. Ends non-zero if
protocol=article with everything on takes more than 1.01 times the bare script's epoch, or
protocol=tuned gives less than 1.8 times its images per second. PyTorch is a further row where it is
installed.

Compared are quartiles: of the times the lower one, of the speeds the upper one. What disturbs an
epoch only ever adds to it, and TensorFlow's `fit` adds much: when an epoch's iterator is destroyed,
it waits for tf.data's autotuning thread, which can miss the notice (the callback of a cancellation
runs before the cancellation is marked) and sleeps on, for 0.3 s to 10 s. Bare or not, that befalls
up to half of the epochs on two cores, so their median says nothing.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles

from scipy.stats import bootstrap
from turns import Trainer, take_turns

_ROUNDS, _EXAMPLES = 16, 20_000
_WARM_UP = 2  # rounds
_MOST_TIME, _LEAST_SPEED = 1.01, 1.8
_SEED = "42"


def fast_time(times: Sequence[float]) -> float:
    """The lower quartile."""
    return quantiles(times, n=4)[0]


def fast_speed(speeds: Sequence[float]) -> float:
    """The upper quartile."""
    return quantiles(speeds, n=4)[2]


def interval(
    values: Sequence[float], baseline: Sequence[float], fast: Callable[[Sequence[float]], float]
) -> tuple[float, float]:
    """95 % interval of the ratio of two quartiles: percentile bootstrap over the rounds."""
    found = bootstrap(
        (values, baseline),
        lambda some, others: fast(some) / fast(others),
        paired=True,
        vectorized=False,
        method="percentile",
        rng=0,
    )
    return found.confidence_interval.low, found.confidence_interval.high


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

    def series(trainer: Trainer, name: str) -> list[float]:
        return [epoch[name] for epoch in trainer.epochs[_WARM_UP:]]

    print(f"\n{'':18} {'images/s':>9} {'epoch (s)':>10} {'val_loss':>9}   faster quartiles")
    for trainer in trainers:
        speed = fast_speed(series(trainer, "images_per_second"))
        total = fast_time(series(trainer, "total_s"))
        last = trainer.epochs[-1]["val_loss"]
        print(f"{trainer.name:18} {speed:>9,.0f} {total:>10.2f} {last:>9.4f}")
    times = [series(trainer, "total_s") for trainer in (article, bare)]
    speeds = [series(trainer, "images_per_second") for trainer in (tuned, bare)]
    time_ratio = fast_time(times[0]) / fast_time(times[1])
    speed_ratio = fast_speed(speeds[0]) / fast_speed(speeds[1])
    for name, ratio, (low, high) in (
        ("article / bare, epoch time", time_ratio, interval(times[0], times[1], fast_time)),
        ("tuned / bare, images/s", speed_ratio, interval(speeds[0], speeds[1], fast_speed)),
    ):
        print(f"{name}: {ratio:.3f} (95 % interval {low:.3f} to {high:.3f})")
    misses = {
        f"article: over {_MOST_TIME}": time_ratio > _MOST_TIME,
        f"tuned: under {_LEAST_SPEED}": speed_ratio < _LEAST_SPEED,
    }
    missed = [what for what, is_so in misses.items() if is_so]
    print(f"MISSED: {', '.join(missed)}" if missed else "all limits are met")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
