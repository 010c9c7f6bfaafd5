"""What the summary says besides its short answer, in words made from its numbers."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence

from chipbench.comparison.answer import Answer, Verdict
from chipbench.comparison.duration_text import duration
from chipbench.comparison.price_answers import best_for_the_money, more_money
from chipbench.comparison.ranking import Ranked, alike, proven, ranking
from chipbench.comparison.summary import MOST_COLUMNS, Column, Line, Summary
from chipbench.ground.plural import counted
from chipbench.measure.statistics import Ratio

#: Of two benchmarks of unlike size, the small one and the large one.
_SMALL, _LARGE = "tinyvgg_cifar10", "efficientnetb0_food101"
#: A machine whose place changes by less between them neither falls behind nor gains.
_NOTABLE = 1.25
_MOST = MOST_COLUMNS + 1  # answers: one for each column of the summary, and one for all


def verdicts(summary: Summary) -> tuple[Verdict, ...]:
    """The questions that these numbers answer."""
    asked: Sequence[tuple[str, Callable[[Summary], Iterable[Answer]]]] = (
        ("Which gives most for its price?", best_for_the_money),
        ("What does more money buy?", more_money),
        ("Which differences are not proven?", _not_proven),
        ("Which fall behind at larger work, and which gain?", _larger),
    )
    found = (Verdict(question, tuple(answer(summary))[:_MOST]) for question, answer in asked)
    return tuple(verdict for verdict in found if verdict.answers)


def _not_proven(summary: Summary) -> Iterator[Answer]:
    for column in summary.columns:
        ranked = ranking(summary, column)
        pairs, known = math.comb(len(ranked), 2), proven(ranked)
        if pairs > known:
            lead = f"{column.short}:"
            said = f"{known:,} of {counted(pairs, 'difference')} proven"
            close = "; or ".join(map(_stretch, alike(ranked)))
            said += f"; too close to tell are {close}" if close else "; none is too close to tell"
            yield Answer(f"{lead} {said}.", lead=lead)


def _stretch(ranked: Sequence[Ranked]) -> str:
    """ "A, B and C (137 to 161 s)"."""
    *names, last = (one.machine for one in ranked)
    times = f"{duration(ranked[0].time_s).removesuffix(' s')} to {duration(ranked[-1].time_s)}"
    return f"{', '.join(names)} and {last} ({times})"


def _larger(summary: Summary) -> Iterator[Answer]:
    columns = {c.words.benchmark: c for c in summary.columns if not c.variant}
    small, large = columns.get(_SMALL), columns.get(_LARGE)
    if small is None or large is None or small.group.baseline != large.group.baseline:
        return
    known = [
        (two.value / one.value, one.value, two.value, line.machine)
        for line in summary.lines
        if (one := _speed(line, small)) and (two := _speed(line, large))
    ]
    for change, before, after, machine in sorted(known):
        if not 1 / _NOTABLE < change < _NOTABLE:
            said = "falls behind" if change < 1 else "gains"
            text = f"{machine} {said}: {before:.2f} times the speed of {small.group.baseline} on "
            text += f"{small.short}, {after:.2f} times on {large.short}."
            yield Answer(text, lead=machine)


def _speed(line: Line, column: Column) -> Ratio | None:
    found = line.standings.get(column.key)
    return found.speed if found else None
