"""What the words of the tables mean, said where they stand."""

from collections.abc import Mapping

from chipbench.measure.statistics import CONFIDENCE

#: By the head of the column.
TERMS: Mapping[str, str] = {
    "machine": "the device that computed; a published machine is hatched",
    "time": "geometric mean of the repeats, or of the sessions where there are several",
    "spread": "standard deviation of the repeats, in per cent of their mean",
    "repeats": "runs of the same work on the same machine",
    "throughput": "pictures or frames per second, after the first epoch where that is known",
    "of peak": "operations per second, in per cent of a large matrix product on the same device",
    "time / baseline": (
        "time divided by the baseline machine's: below 1 is faster. In brackets its interval: the "
        f"intervals of a table hold together with {CONFIDENCE:.0%} (Student's t on logarithms of "
        "times, after Banerjee and Bonferroni). Without two repeats on both sides, or where the "
        "interval contains 1, no difference is claimed"
    ),
    "": "what differs in how the machines did it",
}


def terms_of(heads: tuple[str, ...]) -> list[tuple[str, str]]:
    """The terms among a table's heads, and what they mean."""
    return [(head or "last column", TERMS[head]) for head in heads if head in TERMS]
