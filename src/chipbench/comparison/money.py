"""What the summary says of prices: most speed for its price, and what more money buys."""

from collections.abc import Iterator, Mapping, Sequence

from chipbench.comparison.answer import Answer
from chipbench.comparison.certainty import Certainty, certainty, per_cent
from chipbench.comparison.ranking import in_place, ranking, speed_ratio
from chipbench.comparison.summary import Column, Line, Summary
from chipbench.measure.statistics import Ratio
from chipbench.published.twins import twins_apart

#: Benchmarks that two machines must share for one to be the other's cheaper alternative.
_SHARED = 3


def best_for_the_money(summary: Summary) -> Iterator[Answer]:
    """Of each benchmark, who gives most speed per dollar."""
    for column in summary.columns:
        priced = [
            (1 / (found.time_s * price), found.machine, price)
            for found in ranking(summary, column)
            if (price := found.line.row.price_usd) is not None
        ]
        if len(priced) > 1:
            (best, first, price), (second, other, others) = sorted(priced, key=lambda p: -p[0])[:2]
            text = f"{column.short}: {first} ({price:,.0f} USD), {best / second:.2f} times "
            text += f"the speed per dollar of the next, {other} ({others:,.0f} USD)."
            yield Answer(text, _free(summary, column), f"{column.short}:")


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


def _step(line: Line, other: Line, shared: Sequence[Column]) -> Answer:
    """Worth its price: faster by at least as much as it costs more, and likely so."""
    price, cheaper = line.row.price_usd or 0.0, other.row.price_usd or 1.0
    dearer = price / cheaper
    gains = {
        column.short: speed_ratio(own, theirs)
        for column in shared
        if (own := in_place(line, column)) and (theirs := in_place(other, column))
    }
    known = {name: certainty(gain) for name, gain in gains.items()}
    told = {name: gain for name, gain in gains.items() if known[name] is not Certainty.OPEN}
    worth = [name for name, gain in told.items() if gain.value >= dearer]
    sorts = {
        "faster, by less than the price": [
            name for name, gain in told.items() if 1 < gain.value < dearer
        ],
        "too close to tell": [name for name in gains if name not in told],
        "slower": [name for name, gain in told.items() if gain.value < 1],
    }
    text = f"{line.machine} costs {price - cheaper:,.0f} USD more than "
    text += f"{other.machine}, {dearer:.2f} times as much. It is as much faster at "
    text += f"{_each(worth, gains)}" if worth else f"none of {len(gains)} benchmarks"
    for what, names in sorts.items():
        if names:
            text += f"; {what}: {_each(names, gains)}"
    single = any(gain.differs is None for gain in gains.values())
    why = f"Single runs, of which less than {per_cent(twins_apart())} tells nothing."
    return Answer(f"{text}.", why if single else "", line.machine)


def _each(names: list[str], gains: Mapping[str, Ratio]) -> str:
    return ", ".join(f"{name} ({gains[name].value:.2f} times)" for name in names)
