"""The report's tables: a group's ranking, and what its machines give for their price and power."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from chipbench.comparison.price_performance import Value, values_for_money
from chipbench.comparison.ranked_groups import Group, Row
from chipbench.comparison.report import Cell, Chart, Line, Table
from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.ground.plural import counted
from chipbench.measure.fingerprint import BENCHMARK_VERSION
from chipbench.measure.statistics import Ratio
from chipbench.published.article_feed import feed_difference

#: Rows that a table shows; the rest are counted, and are in comparison_rows.csv.
_MOST_ROWS = 40
#: An interval whose ends are so many times apart is not worth its figures.
_WIDE = 100


def group_table(group: Group, charts: Iterable[Chart] = ()) -> Table:
    """A group's ranking."""
    heads = (
        "machine", "time", "spread", "repeats", "throughput", "prompt", "generated", "of peak",
        "J per 1,000", "time / baseline", "",
    )  # fmt: skip
    shown = group.rows[:_MOST_ROWS]
    notes = list(_notes(group))
    if len(group.rows) > len(shown):
        more = counted(len(group.rows) - len(shown), "slower machine is", "slower machines are")
        notes.append(f"{more} in comparison_rows.csv")
    lines = tuple(_line(group, row) for row in shown)
    filled = _without_empty_columns(heads, lines)
    return Table(
        group.title, *filled, tuple(notes), tuple(charts), value_table(group), group.baseline
    )


def _without_empty_columns(
    heads: tuple[str, ...], lines: tuple[Line, ...]
) -> tuple[tuple[str, ...], tuple[Line, ...]]:
    kept = [i for i in range(len(heads)) if any(line.cells[i].text for line in lines)]
    shown = tuple(Line(tuple(line.cells[i] for i in kept), line.published) for line in lines)
    return tuple(heads[i] for i in kept), shown


def _line(group: Group, row: Row) -> Line:
    spread = row.spread_percent
    cells = (
        Cell(f"{row.machine}{row.origin}"),
        Cell(metric(group.metric).format(row.time_s), row.time_s),
        Cell("" if spread is None else f"± {spread:.1f} %", spread or ""),
        Cell(str(len(row.runs)), len(row.runs)),
        Cell("" if row.speed is None else f"{row.speed:,.1f} /s", row.speed or ""),
        *(_tokens(row, name) for name in (metrics.PROMPT_RATE, metrics.GENERATED_RATE)),
        Cell("" if row.of_peak is None else f"{row.of_peak:.1f} %", row.of_peak or ""),
        Cell(_energy(row), row.energy_per_thousand_j or ""),
        Cell(ratio_text(row.ratio, row.one_session), row.ratio.value if row.ratio else ""),
        Cell("; ".join(row.marks)),
    )
    return Line(cells, row.is_reference)


def _tokens(row: Row, name: str) -> Cell:
    """How fast a language model reads a prompt, or goes on after it."""
    rate = row.mean_of(name)
    return Cell("" if rate is None else metric(name).format(rate), rate or "")


def _energy(row: Row) -> str:
    """Net joules of 1,000 images or tokens, and what they are of."""
    joules = row.energy_per_thousand_j
    return "" if joules is None else f"{joules:,.3g} ({row.energy_basis})"


def ratio_text(ratio: Ratio | None, one_session: bool = False) -> str:
    """A ratio with its interval, and whether it is a difference."""
    if ratio is None:
        return ""
    if ratio.low is None or ratio.high is None:
        return f"{ratio.value:.2f} (one sample)" if ratio.value != 1 else "1"
    if ratio.high > _WIDE * ratio.low:
        return f"{ratio.value:.2f} (too few repeats to tell)"
    digits = 2 if ratio.high - ratio.low >= 0.02 else 3
    numbers = (f"{number:.{digits}f}" for number in (ratio.value, ratio.low, ratio.high))
    claim = "" if ratio.differs else ", no difference claimed"
    session = ", one session" if one_session else ""
    return "{} [{}, {}]".format(*numbers) + session + claim


def _notes(group: Group) -> Iterable[str]:
    if not group.is_current:
        yield (
            f"Measured by version {group.version} of the benchmark: never ranked with runs of "
            f"version {BENCHMARK_VERSION}, whose numbers mean something else (see the changelog)."
        )
    if group.baseline is not None:
        yield f"Baseline: {group.baseline}."
    elif len(group.rows) > 1:
        yield "No ratios: no machine of the article is here, and no baseline=MACHINE was given."
    if any(row.ratio is not None and row.ratio.differs and row.one_session for row in group.rows):
        yield (
            "Where it says one session, a machine's repeats were taken within hours: they tell how "
            "that session went, not how the machine does on another day."
        )
    yield from _included(group.rows[:_MOST_ROWS])
    for row in group.rows:
        if row.outliers_s:
            times = ", ".join(f"{time:,.2f} s" for time in row.outliers_s)
            yield f"{row.machine}: {times} stand apart from its other repeats, and are counted."
    for row in group.rows[:_MOST_ROWS]:
        if row.caveats is not None:
            yield f"{row.machine}: {row.caveats}."


def _included(rows: Sequence[Row]) -> Iterable[str]:
    """What some times contain besides the work, which others do not."""
    by_text: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if tags.TIME_INCLUDES in row.runs[0].tags:
            by_text[row.runs[0].tags[tags.TIME_INCLUDES]].append(row)
    published = [row for row in rows if row.is_reference]
    feed = feed_difference(rows[0].runs[0].tags.get(tags.EXPERIMENT, ""))
    if feed is not None and 0 < len(published) < len(rows):
        yield f"Published: {feed}."
    for text, including in by_text.items():
        names = ", ".join(row.machine for row in including)
        yield f"{'Published' if including == published else names}: the time contains {text}."
    for row in rows:
        if tags.LOGGED_TIME in row.runs[0].tags:
            yield f"{row.machine}: {row.runs[0].tags[tags.LOGGED_TIME]}."


def value_table(group: Group) -> Table | None:
    """What the group's machines give for their price and power; None if none is known."""
    found = values_for_money(group)
    if not found:
        return None
    bases = sorted({v.energy_basis or "" for v in found if v.power_w is not None})
    heads = ["machine", "runs per hour", "price", "runs per hour and 1,000 USD"]
    for basis in bases:  # columns of their own: nothing is sorted or read across them
        of = f" ({basis})" if basis else ""
        heads += [f"power{of}", f"per kWh{of}"]
    lines = tuple(_value_line(value, bases) for value in found[:_MOST_ROWS])
    return Table(f"{group.title}: for price and power", tuple(heads), lines)


def _value_line(value: Value, bases: Sequence[str]) -> Line:
    def cell(number: float | None, form: str) -> Cell:
        return Cell("") if number is None else Cell(form.format(number), number)

    return Line(
        (
            Cell(value.machine),
            cell(value.runs_per_hour, "{:,.2f}"),
            cell(value.price_usd, "{:,.0f} USD"),
            cell(value.runs_per_hour_per_1000_usd, "{:,.2f}"),
            *(
                shown
                for basis in bases
                for shown in (
                    (cell(value.power_w, "{:,.0f} W"), cell(value.runs_per_kwh, "{:,.1f}"))
                    if basis == (value.energy_basis or "")
                    else (Cell(""), Cell(""))
                )
            ),
        )
    )
