"""Who is ranked in a benchmark, who leads, and who cannot be told from whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from chipbench.comparison.certainty import Certainty, certainty
from chipbench.comparison.summary import Column, Line, Standing, Summary
from chipbench.measure.statistics import Ratio, Side, ratio_of_sides, side


@dataclass(frozen=True)
class Ranked:
    """A machine in its place."""

    line: Line
    found: Standing
    side: Side  # of a ratio, with the confidence that all ratios of the column need

    @property
    def machine(self) -> str:
        """Its name."""
        return self.line.machine

    @property
    def time_s(self) -> float:
        """What it took."""
        return self.found.row.time_s


@dataclass(frozen=True)
class Leader:
    """The fastest of a benchmark, how far the next is behind, and who may be as fast."""

    column: Column
    first: Ranked
    next: Ranked
    ties: Sequence[Ranked]

    @property
    def lead(self) -> Ratio:
        """How many times as fast as the next it is."""
        return speed_ratio(self.first, self.next)

    @property
    def certainty(self) -> Certainty:
        """Of its lead."""
        return certainty(self.lead)


def ranking(summary: Summary, column: Column) -> Sequence[Ranked]:
    """Who is ranked in a column, the fastest first."""
    ranked = (in_place(line, column) for line in summary.lines)
    return sorted(filter(None, ranked), key=lambda found: found.time_s)


def in_place(line: Line, column: Column) -> Ranked | None:
    """A machine as a column ranks it; None if it does not."""
    found = line.standings.get(column.key)
    if found is None or found.indication:
        return None
    return Ranked(line, found, side(found.row.samples_s, column.group.confidence))


def speed_ratio(one: Ranked, other: Ranked) -> Ratio:
    """How many times as fast `one` is as `other`."""
    return ratio_of_sides(other.side, one.side)


def leaders(summary: Summary) -> Iterator[Leader]:
    """Of each column that ranks several machines."""
    for column in summary.columns:
        ranked = ranking(summary, column)
        if len(ranked) > 1:
            first, *others = ranked
            ties = [one for one in others if _is_tie(first, one)]
            yield Leader(column, first, others[0], ties)


def alike(ranked: Sequence[Ranked]) -> Iterator[Sequence[Ranked]]:
    """The longest stretches of a ranking in which no machine can be told from another."""
    end = 0
    for begin in range(len(ranked)):
        reached = max(end, begin + 1)
        while reached < len(ranked) and all(
            _is_tie(faster, ranked[reached]) for faster in ranked[begin:reached]
        ):
            reached += 1
        if reached > max(end, begin + 1):
            yield ranked[begin:reached]
        end = max(end, reached)


def _is_tie(one: Ranked, other: Ranked) -> bool:
    return certainty(speed_ratio(one, other)) is Certainty.OPEN


def proven(ranked: Sequence[Ranked]) -> int:
    """How many of a ranking's differences, each between two machines, are proven."""
    repeated = [one for one in ranked if one.side.half_width is not None]
    pairs = combinations(repeated, 2)
    return sum(certainty(speed_ratio(*pair)) is Certainty.PROVEN for pair in pairs)
