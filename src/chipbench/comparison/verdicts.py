"""What the summary says, in words made from its numbers, each with what speaks against it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chipbench.comparison.duration import duration
from chipbench.comparison.summary import MOST_COLUMNS, Column, Line, Standing, Summary
from chipbench.ground.invocation import command
from chipbench.measure.statistics import Ratio, ratio
from chipbench.published.twins import twins_apart

#: Of two benchmarks of unlike size, the small one and the large one.
_SMALL, _LARGE = "tinyvgg_cifar10", "efficientnetb0_food101"
#: A machine whose place changes by less between them neither falls behind nor gains.
_NOTABLE = 1.25
#: Benchmarks that two machines must share for one to be the other's cheaper alternative.
_SHARED = 3
_MOST = MOST_COLUMNS + 1  # answers: one for each column of the summary, and one for all

Ranked = Sequence[tuple[Line, Standing]]


@dataclass(frozen=True)
class Answer:
    """One sentence, and its caveat."""

    text: str
    caveat: str = ""
    lead: str = ""  # how the text begins: the benchmark or the machine that it is about

    @property
    def rest(self) -> str:
        """The text after its lead."""
        return self.text.removeprefix(self.lead)


@dataclass(frozen=True)
class Verdict:
    """A buyer's question, and what the numbers answer."""

    question: str
    answers: tuple[Answer, ...]


def verdicts(summary: Summary) -> tuple[Verdict, ...]:
    """The questions that these numbers answer."""
    asked: Sequence[tuple[str, Callable[[Summary], Iterable[Answer]]]] = (
        ("How does this machine stand?", _here),
        ("Which is fastest?", _fastest),
        ("Which gives most for its price?", _best_for_the_money),
        ("What does more money buy?", _more_money),
        ("Which differences are not proven?", _not_proven),
        ("Which fall behind at larger work, and which gain?", _larger),
    )
    found = (Verdict(question, tuple(answer(summary))[:_MOST]) for question, answer in asked)
    return tuple(verdict for verdict in found if verdict.answers)


def ranking(summary: Summary, column: Column) -> Ranked:
    """Who is ranked in a column, the fastest first."""
    known = ((line, line.standings.get(column.key)) for line in summary.lines)
    ranked = [(line, found) for line, found in known if found and not found.indication]
    return sorted(ranked, key=lambda pair: pair[1].row.time_s)


def _here(summary: Summary) -> Iterator[Answer]:
    own = [line for line in summary.lines if line.is_here]
    if not own:
        yield Answer(f"It has no run here: `{command('train')}` measures it.")
    for line in own:
        for column in summary.columns:
            if (found := line.standings.get(column.key)) is not None:
                yield _stands(line, found, column, summary)


def _stands(line: Line, found: Standing, column: Column, summary: Summary) -> Answer:
    ranked = ranking(summary, column)
    text = f"{column.short}: {line.machine} took {duration(found.row.time_s)}"
    if found.indication:
        faster = sum(other.row.time_s < found.row.time_s for _, other in ranked)
        text += f" on {found.indication}; {faster} of {len(ranked)} ranked machines took less."
        why = "An indication: on other data it is not the same benchmark."
        return Answer(text, why, f"{column.short}:")
    place = [other for other, _ in ranked].index(line) + 1
    if len(ranked) > 1:
        text += f", place {place} of {len(ranked)}"
    else:
        text += "; no other machine did this work, so it has no place"
    if found.speed is not None and found.speed.value != 1:
        text += f", {_times(found.speed)} as fast as {column.group.baseline}"
    return Answer(f"{text}.", found.row.caveats or _proof(found.speed), f"{column.short}:")


def _fastest(summary: Summary) -> Iterator[Answer]:
    for column in summary.columns:
        ranked = ranking(summary, column)
        if len(ranked) > 1:
            (first, won), (second, following) = ranked[:2]
            apart = ratio(following.row.samples_s, won.row.samples_s)
            text = f"{column.short}: {first.machine}, {duration(won.row.time_s)}; "
            text += f"{_times(apart)} as fast as the next, {second.machine}."
            yield Answer(text, _proof(apart), f"{column.short}:")


def _best_for_the_money(summary: Summary) -> Iterator[Answer]:
    for column in summary.columns:
        priced = [
            (1 / (found.row.time_s * price), line, price)
            for line, found in ranking(summary, column)
            if (price := line.row.price_usd) is not None
        ]
        if len(priced) > 1:
            (best, first, price), (second, other, others) = sorted(priced, key=lambda p: -p[0])[:2]
            text = f"{column.short}: {first.machine} ({price:,.0f} USD), {best / second:.2f} times "
            text += f"the speed per dollar of the next, {other.machine} ({others:,.0f} USD)."
            yield Answer(text, _free(summary, column), f"{column.short}:")


def _free(summary: Summary, column: Column) -> str:
    free = [line.machine for line, _ in ranking(summary, column) if line.row.is_free]
    return f"Without {', '.join(free)}: free, within the limits of the service." if free else ""


def _more_money(summary: Summary) -> Iterator[Answer]:
    """Of each priced machine, what it is faster at than the next cheaper one it compares with."""
    priced = [line for line in summary.lines if line.row.price_usd is not None]
    for line in sorted(priced, key=_price):
        shared = {other.machine: _shared(line, other, summary) for other in priced}
        cheaper = [
            o for o in priced if _price(o) < _price(line) and len(shared[o.machine]) >= _SHARED
        ]
        if cheaper:
            other = max(cheaper, key=lambda o: (len(shared[o.machine]), _price(o)))
            yield _step(line, other, shared[other.machine])


def _price(line: Line) -> float:
    return line.row.price_usd or 0.0


def _shared(line: Line, other: Line, summary: Summary) -> dict[str, float]:
    """How many times as fast as `other` it is, by the benchmarks that both are ranked in."""
    return {
        column.short: theirs.row.time_s / own.row.time_s
        for column in summary.columns
        if (own := line.standings.get(column.key)) and not own.indication
        if (theirs := other.standings.get(column.key)) and not theirs.indication
    }


def _step(line: Line, other: Line, gains: dict[str, float]) -> Answer:
    dearer = _price(line) / _price(other)
    each = ", ".join(f"{gain:.2f} on {name}" for name, gain in gains.items())
    worth = [name for name, gain in gains.items() if gain >= dearer]
    gained = f"as much is gained on {', '.join(worth)}" if worth else "no speed grows as much"
    text = f"{line.machine} costs {_price(line) - _price(other):,.0f} USD more than "
    text += (
        f"{other.machine}, {dearer:.2f} times as much; {gained}. Its speed to the other's: {each}."
    )
    why = f"Between single runs, less than {_per_cent(twins_apart())} tells nothing."
    return Answer(text, why, line.machine)


def _not_proven(summary: Summary) -> Iterator[Answer]:
    standings = [found for line in summary.lines for found in line.standings.values()]
    if any(len(found.row.samples_s) < 2 for found in standings):
        yield Answer(
            "No difference is proven for a machine with a single run, as every published number "
            f"is. Two M1 Max of different owners lie {_per_cent(twins_apart())} apart on "
            "EfficientNetB0: less than that, between single runs, tells nothing."
        )
    for column in summary.columns:
        close = [
            f"{one.machine} and {other.machine} ({_per_cent(apart.value)})"
            for (one, first), (other, second) in pairwise(ranking(summary, column))
            if _is_open(apart := ratio(second.row.samples_s, first.row.samples_s))
        ]
        if close:
            text = f"{column.short}: not between {'; '.join(close)}."
            yield Answer(text, lead=f"{column.short}:")


def _is_open(apart: Ratio) -> bool:
    """Whether a difference may be none: by its interval, or less than two alike have."""
    return not apart.differs and (apart.differs is False or apart.value < twins_apart())


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


def _times(speed: Ratio) -> str:
    return f"{speed.value:.2f} times"


def _per_cent(value: float) -> str:
    return f"{100 * (value - 1):.0f} %"


def _proof(apart: Ratio | None) -> str:
    """What speaks against a difference."""
    if apart is None or apart.differs or apart == Ratio(1.0):
        return ""
    if apart.differs is False:
        return "Not proven: the interval contains 1."
    if apart.value >= twins_apart():
        return "Not proven: a single run."
    return f"Not proven: single runs, less than {_per_cent(twins_apart())} apart."
