"""The comparison as one table, machines × benchmarks: how fast each machine is at each of them.

A benchmark's column is the group of it that the published machines stand in, or else most machines.
What a machine measured alike but on generated data is shown there as an indication, and ranked
nowhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chipbench.comparison.machine_identity import machine_of
from chipbench.comparison.ranked_groups import Benchmark, Group, Row, Sorted
from chipbench.ground import tags
from chipbench.measure.fingerprint import work
from chipbench.measure.statistics import Ratio
from chipbench.published.benchmark_words import Words, order_of, words_of

MOST_COLUMNS = 16
_MOST_LINES = 100
#: The article's batch size: of groups with equally many machines, this one's.
_BATCH_SIZE = 32
#: The benchmark that price and energy are held against where it is there: the article's headline.
_FOCUS = "efficientnetb0_food101"
_SOURCE = "dataset.source"
#: How much work a run does: without it, a column's seconds beside another's mislead.
_AMOUNTS = {
    "epochs": "epochs",
    "duration_s": "s of training",
    "dataset.max_examples": "examples",
    "clip.duration_s": "s of film",
}


@dataclass(frozen=True)
class Column:
    """One benchmark: the group whose rows are ranked, and what it is called."""

    words: Words
    group: Group
    variant: str = ""  # what tells it from the benchmark's first column

    @property
    def key(self) -> str:
        """Tells the columns apart."""
        return f"{self.words.benchmark} {self.group.fingerprint} {self.group.metric}"

    @property
    def short(self) -> str:
        """Its head."""
        return f"{self.words.short}, {self.variant}" if self.variant else self.words.short


@dataclass(frozen=True)
class Standing:
    """One machine's result in one benchmark."""

    row: Row
    speed: Ratio | None  # times the baseline's; None without a baseline, or for an indication
    indication: str = ""  # why it is not ranked with the others; "" if it is


@dataclass(frozen=True)
class Line:
    """One machine: its standings by the column's key."""

    machine: str
    is_here: bool  # the machine that compares
    standings: Mapping[str, Standing]

    @property
    def row(self) -> Row:
        """One of its rows: what a machine is, all of them say."""
        return next(iter(self.standings.values())).row


@dataclass(frozen=True)
class Summary:
    """Machines × benchmarks: this machine first, then by speed at the focus."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    focus: Column  # what price and energy are held against
    left_out: int = 0  # machines for which there is no room


def summarise(found: Sorted, here: str | None = None) -> Summary | None:
    """The summary of the runs of this version of the benchmark; None if there are none.

    `here`: the fingerprint of the machine that compares, as its own runs have it.
    """
    chosen = sorted(found.benchmarks, key=lambda benchmark: order_of(benchmark.name))
    columns = [column for b in chosen for column in _columns(b)][:MOST_COLUMNS]
    if not columns:
        return None
    focus = next((c for c in columns if c.words.benchmark == _FOCUS), columns[0])
    standings: dict[tuple[str, str, bool], dict[str, Standing]] = {}
    for column in columns:
        for standing in _standings(column, found):
            standings.setdefault(machine_of(standing.row.runs[0]), {})[column.key] = standing
    lines = [
        Line(
            next(iter(known.values())).row.machine,
            here is not None and installation == here and not published,
            known,
        )
        for (_, installation, published), known in standings.items()
    ]
    lines.sort(key=lambda line: _place(line, focus))
    shown = tuple(lines[:_MOST_LINES])
    return Summary(tuple(columns), shown, focus, len(lines) - len(shown))


def is_baseline(found: Standing, column: Column) -> bool:
    """Whether a column's ratios are to this one."""
    row = found.row
    compared = row.ratio is not None and row.ratio.value == 1 and not found.indication
    return compared and row.machine == column.group.baseline


def _columns(benchmark: Benchmark) -> Iterator[Column]:
    current = [group for group in benchmark.groups if group.is_current]
    if not current:
        return
    words = words_of(benchmark.name)
    first = max(current, key=lambda group: (_published(group), *_weight(group)))
    yield Column(words, first)
    second = max((g for g in current if g is not first), key=_measured_weight, default=first)
    own = _measured(second)
    if own > _measured(first) and not (own == 1 and indication(first, second)):
        yield Column(words, second, indication(first, second) or _other_work(first, second))


def _other_work(first: Group, second: Group) -> str:
    """What the second column is, with the amount of its work where the first's is another."""
    known, own = (_work(group) for group in (first, second))
    amounts = [
        amount
        for key, unit in _AMOUNTS.items()
        if own.get(key) != known.get(key) and (amount := _amount(own.get(key, ""), unit))
    ]
    return ", ".join(["measured", *amounts])


def _amount(text: str, unit: str) -> str:
    """ "2,000 examples"; empty where a run does not say a number."""
    try:
        return f"{float(text):,.10g} {unit}"
    except ValueError:
        return ""


def _work(group: Group) -> dict[str, str]:
    run = group.rows[0].runs[0]
    return work(run.params, run.tags)


def _published(group: Group) -> int:
    return sum(row.is_reference for row in group.rows)


def _measured(group: Group) -> int:
    return len(group.rows) - _published(group)


def _weight(group: Group) -> tuple[int, bool]:
    return len(group.rows), group.rows[0].runs[0].batch_size == _BATCH_SIZE


def _measured_weight(group: Group) -> tuple[int, bool]:
    return _measured(group), _weight(group)[1]


def _standings(column: Column, found: Sorted) -> Iterator[Standing]:
    """Of each machine the row that was measured last, first those that are only an indication."""
    name = column.words.benchmark
    others = [group for b in found.benchmarks if b.name == name for group in b.groups]
    for group in others if not column.variant else ():
        if group is not column.group and (reason := indication(column.group, group)):
            yield from (Standing(row, None, reason) for row in _by_age(group.rows))
    yield from (Standing(row, _speed(row.ratio)) for row in _by_age(column.group.rows))


def _by_age(rows: Iterable[Row]) -> Sequence[Row]:
    return sorted(rows, key=lambda row: row.runs[-1].start_ms)


def _speed(time: Ratio | None) -> Ratio | None:
    """How many times as fast, of how many times as long."""
    if time is None:
        return None
    low, high = (bound and 1 / bound for bound in (time.high, time.low))
    return Ratio(1 / time.value, low, high)


def indication(ranked: Group, other: Group) -> str:
    """What else the runs of `other` did than those of `ranked`, if it is their data alone."""
    if not (ranked.is_current and other.is_current) or ranked.metric != other.metric:
        return ""
    first, second = (_work(group) for group in (ranked, other))
    differing = {key for key in first.keys() | second.keys() if first.get(key) != second.get(key)}
    source = other.rows[0].runs[0].tags.get(tags.DATA_SOURCE)
    return f"{source} data" if differing == {_SOURCE} and source == "generated" else ""


def _place(line: Line, focus: Column) -> tuple[bool, bool, float, int, str]:
    known = line.standings.get(focus.key)
    time_s = float("inf") if known is None else known.row.time_s
    return not line.is_here, line.row.is_reference, time_s, -len(line.standings), line.machine
