"""What the article claims, and what its numbers say, recomputed from the data."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from chipbench.ground import metrics, tags
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import time_saved_percent
from chipbench.published import read_published

ARTICLE = "https://www.mrdbourke.com/m1-pro-m1-max-machine-learning-speed-test-comparison/"
#: What of the article stands beside the words of the report, and what does not.
ADVICE = (
    "The article closes with which one to buy: three machines, a sentence each. Its words are not "
    "among the published results kept here; its headline, its prices and what its numbers say are "
    "checked above."
)


@dataclass(frozen=True)
class Claim:
    """One claim: what was said, whether the data bear it out, and the numbers."""

    said_by: str  # the article in words, or its numbers
    text: str
    holds: bool | None  # None: the data for it are not there
    numbers: str

    @property
    def verdict(self) -> str:
        """`holds` as a word."""
        return {True: "holds", False: "does not hold", None: "cannot be checked"}[self.holds]


#: By benchmark and machine; a price has no benchmark.
_Numbers = Mapping[tuple[str, str], float]


def check_claims(runs: Iterable[RecordedRun]) -> list[Claim]:
    """Each claim of the published table, checked against the published runs among `runs`."""
    known: dict[tuple[str, str], float] = {}
    for run in filter(lambda run: run.is_reference, runs):
        machine = run.tags.get(tags.MACHINE, "")
        for name in (metrics.TOTAL_TIME, metrics.EXPORT_TIME, metrics.SEARCH_TIME):
            if (value := run.metric(name)) is not None:
                known[run.tags.get(tags.EXPERIMENT, ""), machine] = value
        if (price := run.price_usd) is not None:
            known["", machine] = price
    return [_checked(row, known) for row in read_published("claims")]


def unchecked(claims: Sequence[Claim]) -> str | None:
    """How many of `claims` lack their data, in words; None if none does."""
    lacking = sum(claim.holds is None for claim in claims)
    if not lacking:
        return None
    return f"{lacking} of {len(claims)} claims cannot be checked without the published results"


def _checked(row: Mapping[str, str], known: _Numbers) -> Claim:
    value = known.get((row["benchmark"], row["machine"]))
    other = known.get((row["benchmark"], row["other"]))
    said_by, text = row["said_by"], row["claim"]
    if value is None or other is None:
        return Claim(said_by, text, None, "")
    number, shown = _QUANTITIES[row["quantity"]](value, other)
    return Claim(said_by, text, float(row["low"]) <= number <= float(row["high"]), shown)


def _time_saved(time_s: float, other_s: float) -> tuple[float, str]:
    return time_saved_percent(time_s, other_s), _times(time_s, other_s)


def _speed(time_s: float, other_s: float) -> tuple[float, str]:
    return other_s / time_s, _times(time_s, other_s)


def _as_long(time_s: float, other_s: float) -> tuple[float, str]:
    longer = time_s / other_s
    return longer, f"{longer:.2f} times as long: {time_s:,.0f} s against {other_s:,.0f} s"


def _price(price_usd: float, other_usd: float) -> tuple[float, str]:
    difference = price_usd - other_usd
    return difference, f"{difference:,.0f} USD: {price_usd:,.0f} against {other_usd:,.0f} USD"


def _times(time_s: float, other_s: float) -> str:
    saved = time_saved_percent(time_s, other_s)
    less = f"{abs(saved):.1f} % {'less' if saved >= 0 else 'more'} time"
    return f"{less}, {other_s / time_s:.2f} times as fast: {time_s:,.0f} s against {other_s:,.0f} s"


_QUANTITIES: Mapping[str, Callable[[float, float], tuple[float, str]]] = {
    "time_saved_percent": _time_saved,
    "speed_ratio": _speed,
    "time_ratio": _as_long,
    "price_difference_usd": _price,
}
