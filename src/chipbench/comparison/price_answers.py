"""What the summary says of prices: most speed for its price, and what more money buys."""

from collections.abc import Iterator, Mapping, Sequence

from chipbench.comparison.answer import Answer
from chipbench.comparison.certainty import TOO_CLOSE, Certainty, certainty, doubt, per_cent
from chipbench.comparison.ranking import in_place, ranking, speed_ratio
from chipbench.comparison.summary import Column, Line, Summary
from chipbench.measure.statistics import Ratio

Gains = Mapping[str, Ratio]

#: Benchmarks that two machines must share for one to be the other's cheaper alternative.
_SHARED = 3


def best_for_the_money(summary: Summary) -> Iterator[Answer]:
    """Of each benchmark, who gives most speed per dollar."""
    for column in summary.columns:
        priced = [
            (found.time_s * price, found, price)
            for found in ranking(summary, column)
            if (price := found.line.row.price_usd) is not None
        ]
        if len(priced) > 1:
            (_, best, price), (_, other, others) = sorted(priced, key=lambda p: p[0])[:2]
            gain = beside_price(speed_ratio(best, other), price / others)
            text = f"{column.short}: {best.machine} ({price:,.0f} USD), {gain.value:.2f} times the "
            text += f"speed per dollar of the next, {other.machine} ({others:,.0f} USD)."
            why = " ".join(filter(None, (doubt(gain), _free(summary, column))))
            yield Answer(text, why, f"{column.short}:")


def more_money(summary: Summary) -> Iterator[Answer]:
    """Of each priced machine, what it is faster at than the next cheaper one it compares with."""
    for place, other, shared in _steps(summary):
        yield _step(summary.lines[place], summary.lines[other], shared)


def telling_pair(summary: Summary) -> tuple[int, int] | None:
    """The places of a machine and of a cheaper one that it shares most benchmarks with.

    Of several, the first in the summary, which is this machine or else the fastest at its focus.
    """
    pairs = [(-len(shared), place, other) for place, other, shared in _steps(summary)]
    return min(pairs)[1:] if pairs else None


def _steps(summary: Summary) -> Iterator[tuple[int, int, Sequence[Column]]]:
    """The places of machines and of what each compares with, and the benchmarks of both."""
    priced = [place for place, line in enumerate(summary.lines) if line.row.price_usd is not None]
    prices = {place: summary.lines[place].row.price_usd or 0.0 for place in priced}
    took_part = {place: _ranked_in(summary.lines[place], summary) for place in priced}
    for place in sorted(priced, key=prices.__getitem__):
        cheaper = [
            (shared, prices[other], summary.lines[other].machine, other)
            for other in priced
            if prices[other] < prices[place]
            and (shared := len(took_part[place] & took_part[other])) >= _SHARED
        ]
        if cheaper:
            *_, other = max(cheaper)
            both = took_part[place] & took_part[other]
            yield place, other, [column for column in summary.columns if column.key in both]


def _ranked_in(line: Line, summary: Summary) -> set[str]:
    known = {column.key: line.standings.get(column.key) for column in summary.columns}
    return {key for key, found in known.items() if found and not found.indication}


def _free(summary: Summary, column: Column) -> str:
    free = [found.machine for found in ranking(summary, column) if found.line.row.is_free]
    return f"Without {', '.join(free)}: free, within the limits of the service." if free else ""


def beside_price(gain: Ratio, dearer: float) -> Ratio:
    """How many times as fast, by how many times as dear: above 1 more is gained than paid."""
    low, high = (bound and bound / dearer for bound in (gain.low, gain.high))
    return Ratio(gain.value / dearer, low, high)


def worth(gain: Ratio, dearer: float) -> str:
    """Whether a gain in speed is worth its price: "yes" where it is likely as large, "no" where
    there is none to tell or it is likely smaller, and else "perhaps".
    """
    beside = beside_price(gain, dearer)
    if gain.value <= 1 or certainty(gain) is Certainty.OPEN:
        return "no"
    if certainty(beside) is Certainty.OPEN:
        return "perhaps"
    return "yes" if beside.value > 1 else "no"


def _step(line: Line, other: Line, shared: Sequence[Column]) -> Answer:
    price, cheaper = line.row.price_usd or 0.0, other.row.price_usd or 1.0
    dearer = price / cheaper
    gains = {
        column.short: speed_ratio(own, theirs)
        for column in shared
        if (own := in_place(line, column)) and (theirs := in_place(other, column))
    }
    sorts: dict[str, Gains] = {
        answer: {name: gain for name, gain in gains.items() if worth(gain, dearer) == answer}
        for answer in ("yes", "perhaps", "no")
    }
    text = f"{line.machine} costs {price - cheaper:,.0f} USD more than "
    text += f"{other.machine}, {dearer:.2f} times as much. It is as much faster at "
    text += _each(sorts["yes"]) if sorts["yes"] else "nothing"
    for words, answer in (("perhaps at", "perhaps"), ("not at", "no")):
        if sorts[answer]:
            text += f"; {words} {_each(sorts[answer])}"
    single = any(gain.differs is None for gain in gains.values())
    why = f"Single runs, of which up to {per_cent(TOO_CLOSE)} tells nothing."
    return Answer(f"{text}.", why if single else "", line.machine)


def _each(gains: Gains) -> str:
    return ", ".join(
        f"{name} ({certainty(gain).mark}{gain.value:.2f}×)" for name, gain in gains.items()
    )
