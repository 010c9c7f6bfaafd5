"""What the article's own feed costs, which is not chipbench's.

Its notebook cuts float64 images from tensors with tf.data and draws a progress bar; chipbench hands
float32 arrays to `fit`, which is what every back end can be given. `bench_feed.py` measures both.
"""

#: Article's over chipbench's processor time of an epoch, and its 95 % interval.
_RATIO, _LOW, _HIGH = 0.98, 0.91, 1.09
_IN_MEMORY = "tinyvgg_cifar10"


def feed_difference(benchmark: str) -> str | None:
    """By how much the feed of the published runs of a benchmark differs, in words."""
    if benchmark != _IN_MEMORY:
        return None
    return (
        "the article's own feed (float64 images cut by tf.data, a progress bar) takes "
        f"{_RATIO:.2f} times the processor time of an epoch with chipbench's "
        f"({_LOW:.2f} to {_HIGH:.2f}, measured on two shared cores of an x86 CPU)"
    )
