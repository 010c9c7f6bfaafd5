"""How sure a difference in speed is: proven by repeats, likely, or too close to tell.

Repeats on both sides prove a difference, or show none. Single runs prove nothing; they are likely
to differ where they lie further apart than two machines of one kind did, with a margin.
"""

from enum import Enum

from chipbench.measure.statistics import Ratio

#: Single runs that lie no further apart are too close to tell: two M1 Max of different owners lay
#: 1.18 times apart (`published.twins`), one pair on one benchmark.
TOO_CLOSE = 1.2


class Certainty(Enum):
    """Of a difference, as a reader is told."""

    PROVEN = "proven"
    LIKELY = "likely, not proven"
    OPEN = "too close to tell"

    @property
    def mark(self) -> str:
        """What stands before a ratio in a narrow cell."""
        return {Certainty.PROVEN: "✓", Certainty.LIKELY: "", Certainty.OPEN: "="}[self]


def certainty(apart: Ratio) -> Certainty:
    """Of the difference that a ratio of times or speeds is."""
    if apart.differs is not None:
        return Certainty.PROVEN if apart.differs else Certainty.OPEN
    further = max(apart.value, 1 / apart.value)  # 1,440 s are 1.2 times 1,200 s, and no more
    return Certainty.LIKELY if round(further, 9) > TOO_CLOSE else Certainty.OPEN


def doubt(apart: Ratio) -> str:
    """What speaks against a difference, as a sentence; "" where it is proven."""
    found = certainty(apart)
    if found is Certainty.PROVEN:
        return ""
    if found is Certainty.LIKELY:
        return "Likely, not proven: a single run."
    if apart.differs is False:
        return "Too close to tell: the interval contains 1."
    return f"Too close to tell: single runs, up to {per_cent(TOO_CLOSE)} apart."


def per_cent(ratio: float) -> str:
    """ "18 %", of 1.18."""
    return f"{100 * (ratio - 1):.0f} %"
