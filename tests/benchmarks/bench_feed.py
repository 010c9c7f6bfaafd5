"""By how much the article's own feed differs from chipbench's: TinyVGG, batch 32, TensorFlow.

Run as `python tests/benchmarks/bench_feed.py [ROUNDS [IMAGES]]`. The article's notebook cuts
float64 images from tensors with tf.data, batches, prefetches and draws a progress bar; chipbench
hands float32 arrays to `fit`. Both train in turns, in one process, and the ratio is the median over
the rounds.
"""

import contextlib
import io
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
from rows import keep
from scipy.stats import bootstrap

from chipbench.backends import backend

_ROUNDS, _IMAGES, _BATCH_SIZE = 15, 8_000, 32
_EPOCHS = 2  # of one `fit`, whose beginning is not part of the last
#: Trains with a callback of Keras.
Fit = Callable[[Any], Any]


def main() -> None:
    """Print the ratios and their 95 % intervals (percentile bootstrap).

    On a machine that others use, the processor's time is the steadier one.
    """
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS
    images = int(sys.argv[2]) if len(sys.argv) > 2 else _IMAGES
    backend("tensorflow").start(verbose=False, accelerator="cpu")
    his, ours = feeds(images)
    pairs = []
    for number in range(rounds + 1):
        both = (his, ours) if number % 2 else (ours, his)
        costs = {train: cost_of(train) for train in both}
        if number:  # the first compiles
            pairs.append((costs[his], costs[ours]))
    keep(
        "feed",
        [
            {"images": images, "turn": turn, "side": side, "time_s": time_s, "processor_s": used_s}
            for turn, pair in enumerate(pairs, 1)
            for side, (time_s, used_s) in zip(("article", "chipbench"), pair, strict=True)
        ],
    )
    for place, name in enumerate(("elapsed", "processor")):
        one, other = ([pair[side][place] for pair in pairs] for side in (0, 1))
        ratios = [first / second for first, second in zip(one, other, strict=True)]
        found = bootstrap((ratios,), median, vectorized=False, method="percentile", rng=0)
        low, high = found.confidence_interval
        print(
            f"{name} time of an epoch of {images:,} images: the article's feed {median(one):.3f} s,"
            f" chipbench's {median(other):.3f} s; ratio {median(ratios):.3f} "
            f"(95 % interval {low:.3f} to {high:.3f}, {rounds} rounds)"
        )


def feeds(images: int) -> tuple[Fit, Fit]:
    """`fit` on the article's feed and on chipbench's, each of a model of its own."""
    import tensorflow as tf

    generator = np.random.default_rng(0)
    pixels = generator.integers(0, 256, (images, 32, 32, 3), "uint8")
    labels = generator.integers(0, 10, images)
    tensors = tf.data.Dataset.from_tensor_slices((pixels / 255.0, labels))
    batches = tensors.batch(_BATCH_SIZE).prefetch(tf.data.AUTOTUNE)
    arrays = pixels / np.float32(255)
    one, other = compiled(), compiled()
    return (
        lambda clock: one.fit(batches, epochs=_EPOCHS, verbose=1, callbacks=[clock]),
        lambda clock: other.fit(
            arrays,
            labels,
            batch_size=_BATCH_SIZE,
            epochs=_EPOCHS,
            shuffle=False,
            verbose=0,
            callbacks=[clock],
        ),
    )


def compiled() -> Any:
    """TinyVGG, as the article compiles it."""
    from chipbench.models import tiny_vgg

    model = tiny_vgg.build(10, 32, None)
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=["accuracy"], jit_compile=False)
    return model


def cost_of(train: Fit) -> tuple[float, float]:
    """Seconds that the last epoch took, and of the processor; progress is drawn into a buffer."""
    import keras

    read: list[tuple[float, float]] = []

    def note(*_: object) -> None:
        read.append((perf_counter(), process_time()))

    with contextlib.redirect_stdout(io.StringIO()):
        train(keras.callbacks.LambdaCallback(on_epoch_begin=note, on_epoch_end=note))
    (begin_s, used_s), (end_s, used_at_end_s) = read[-2:]
    return end_s - begin_s, used_at_end_s - used_s


if __name__ == "__main__":
    main()
