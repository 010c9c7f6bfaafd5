"""What the published runs' own feeds were, which are not chipbench's.

The article's notebook cuts float64 images from tensors with tf.data and draws a progress bar;
chipbench hands float32 arrays to `fit`, which is what every back end can be given. `bench_feed.py`
measures both.
"""

#: Article's over chipbench's processor time of an epoch, and its 95 % interval.
_RATIO, _LOW, _HIGH = 0.98, 0.91, 1.09
_DIFFERENCES = {
    "tinyvgg_cifar10": (
        "the article's own feed (float64 images cut by tf.data, a progress bar) takes "
        f"{_RATIO:.2f} times the processor time of an epoch with chipbench's "
        f"({_LOW:.2f} to {_HIGH:.2f}, measured on two shared cores of an x86 CPU)"
    ),
    "smalltransformer_imdb": (
        "the published runs drew the order of the reviews from a buffer of 1,024 with tf.data; "
        "chipbench hands arrays to `fit` and shuffles all"
    ),
}


def feed_difference(benchmark: str) -> str | None:
    """By how much the feed of the published runs of a benchmark differs, in words."""
    return _DIFFERENCES.get(benchmark)
