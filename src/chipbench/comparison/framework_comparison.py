"""The same training on the same machine by several frameworks, side by side.

A framework is part of the work, so that no ranking has two; here they are compared on purpose, and
all else that the work is made of is equal.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chipbench import hardware
from chipbench.comparison.ranked_groups import Group, Row, Sorted
from chipbench.comparison.report import Cell, Line, Table
from chipbench.comparison.report_tables import ratio_text
from chipbench.comparison.sessions import sessions
from chipbench.comparison.tidy_tables import Cells
from chipbench.comparison.work_columns import work_cells
from chipbench.ground import tags
from chipbench.ground.metrics import metric
from chipbench.measure.fingerprint import work
from chipbench.measure.run_framework import framework, version_of
from chipbench.measure.statistics import Ratio, ratio, simultaneous

_ORDER = tuple(hardware.TITLES)
_NUMBER = {2: "two", 3: "three"}
#: Lines that the table shows; the rest are in comparison_frameworks.csv.
_MOST_LINES = 60
#: Columns that are left out where all lines say the same.
_WORDS = ("work", "versions")
_CAUTION = "caution"


@dataclass(frozen=True)
class Side:
    """One framework's part of a line."""

    row: Row
    ratio: Ratio  # of its time to the first framework's

    @property
    def version(self) -> str:
        """The framework's."""
        return version_of(self.row.runs[-1].tags)


@dataclass(frozen=True)
class Beside:
    """One training on one machine: the frameworks in their order, the first one the baseline."""

    benchmark: str
    metric: str
    sides: Mapping[str, Side]


def beside(found: Sorted) -> list[Beside]:
    """What several frameworks did alike, by benchmark, machine and batch size."""
    pairs: dict[tuple[object, ...], dict[str, tuple[Group, Row]]] = defaultdict(dict)
    for benchmark in found.benchmarks:
        for group in filter(lambda group: group.is_current, benchmark.groups):
            for row in filter(lambda row: not row.is_reference, group.rows):
                name = row.runs[0].backend
                if name not in _ORDER:  # a stranger's word
                    continue
                known = pairs[_alike(benchmark.name, group, row)]
                # Of several versions of a framework the one that was measured last.
                if name not in known or known[name][1].runs[-1].start_ms < row.runs[-1].start_ms:
                    known[name] = group, row
    several = {alike: sides for alike, sides in pairs.items() if len(sides) > 1}
    confidence = simultaneous(sum(len(sides) - 1 for sides in several.values()))
    lines = [
        Beside(str(alike[0]), next(iter(sides.values()))[0].metric, _sides(sides, confidence))
        for alike, sides in several.items()
    ]
    return sorted(lines, key=_place)


def frameworks_table(lines: list[Beside]) -> Table | None:
    """The report's; None where no two frameworks did the same."""
    if not lines:
        return None
    names = [name for name in _ORDER if any(name in line.sides for line in lines)]
    titles = [hardware.TITLES[name] for name in names]
    heads = ("machine", "model", "batch size", *titles, "work", "versions")
    found = [_line(line, names) for line in lines[:_MOST_LINES]]
    once = [heads.index(head) for head in _WORDS if _alone(heads.index(head), found)]
    said = [f"{heads[column].capitalize()}: {found[0].cells[column].text}." for column in once]
    kept = [column for column in range(len(heads)) if column not in once]
    shown = tuple(Line(tuple(line.cells[column] for column in kept)) for line in found)
    notes = (*said, *_notes(lines[:_MOST_LINES]))
    title = f"Same machine, same model, {_NUMBER[len(names)]} frameworks"
    return Table(title, tuple(heads[column] for column in kept), shown, notes)


def _alone(column: int, lines: Sequence[Line]) -> bool:
    """Whether all lines say the same in it."""
    return len({line.cells[column].text for line in lines}) == 1


def _notes(lines: Sequence[Beside]) -> Iterator[str]:
    yield (
        "Times of all epochs, the first with its compilation; images or sequences per second after "
        "the first; × time / that of the line's first framework: below 1 is faster. All else that "
        "the work is made of is equal, and so are the initial weights."
    )
    if any(_doubted(side) for line in lines for side in line.sides.values()):
        yield f"{_CAUTION.capitalize()}: the machine was not its own, as the run's own table says."


def framework_rows(lines: list[Beside]) -> list[Cells]:
    """The rows of `comparison_frameworks.csv`."""
    return [_cells(line, name, side) for line in lines for name, side in line.sides.items()]


def _alike(benchmark: str, group: Group, row: Row) -> tuple[object, ...]:
    """What must be equal for two frameworks to be compared."""
    run = row.runs[0]
    done = work(run.params, run.tags)
    same = sorted((key, value) for key, value in done.items() if key != "backend.name")
    found = (run.tags.get(tag) for tag in (tags.DEVICE, tags.DATA_SOURCE, tags.OPTIMIZER_USED))
    return benchmark, row.machine, group.metric, *found, *same


def _sides(found: Mapping[str, tuple[Group, Row]], confidence: float) -> dict[str, Side]:
    names = [name for name in _ORDER if name in found]
    first = found[names[0]][1]
    return {
        name: Side(
            found[name][1],
            Ratio(1.0)
            if name == names[0]
            else ratio(found[name][1].samples_s, first.samples_s, confidence),
        )
        for name in names
    }


def _place(line: Beside) -> tuple[str, str, int]:
    run = _first(line).runs[0]
    return line.benchmark, run.machine, run.batch_size or 0


def _first(line: Beside) -> Row:
    return next(iter(line.sides.values())).row


def _line(line: Beside, names: list[str]) -> Line:
    run = _first(line).runs[0]
    versions = ", ".join(framework(side.row.runs[-1].tags) for side in line.sides.values())
    size = "" if run.batch_size is None else run.batch_size
    cells = [Cell(run.machine), Cell(line.benchmark), Cell(str(size), size)]
    cells += [_time(line, line.sides.get(name)) for name in names]
    return Line((*cells, Cell(", ".join(_work(line))), Cell(versions)))


def _time(line: Beside, side: Side | None) -> Cell:
    if side is None:
        return Cell("")
    parts = [metric(line.metric).format(side.row.time_s)]
    if side.row.speed is not None:
        parts.append(f"{side.row.speed:,.0f} /s")
    if side.row is not _first(line):
        once = min(len(sessions(row.runs)) for row in (side.row, _first(line))) == 1
        parts.append("× " + ratio_text(side.ratio, once))
    if _doubted(side):
        parts.append(_CAUTION)
    return Cell(", ".join(parts), side.row.time_s)


def _doubted(side: Side) -> bool:
    return side.row.caveats is not None


def _work(line: Beside) -> Iterator[str]:
    run = _first(line).runs[0]
    yield run.tags.get(tags.PROTOCOL, "article")
    if run.tags.get(tags.DATA_SOURCE):
        yield f"{run.tags[tags.DATA_SOURCE]} data"
    for key in ("epochs", "precision", "dataset.max_examples"):
        value = (run.epochs if key == "epochs" else run.params.get(key)) or "None"
        if value != "None":
            yield f"{key.removeprefix('dataset.')} {value}"


def _cells(line: Beside, name: str, side: Side) -> Cells:
    run = side.row.runs[0]
    return {
        "benchmark": line.benchmark,
        "machine": run.machine,
        "machine_id": run.tags.get(tags.MACHINE),
        "device": run.tags.get(tags.DEVICE),
        "protocol": run.tags.get(tags.PROTOCOL),
        "data_source": run.tags.get(tags.DATA_SOURCE),
        "batch_size": run.params.get("batch_size"),
        "epochs": run.epochs,
        **work_cells(run),
        "backend": name,
        "backend_version": side.version,
        "repeats": len(side.row.runs),
        "metric": line.metric,
        "time_s": side.row.time_s,
        "spread_percent": side.row.spread_percent,
        "throughput_per_s": side.row.speed,
        "caveats": side.row.caveats,
        "baseline": next(iter(line.sides)),
        "time_ratio": side.ratio.value,
        "time_ratio_low": side.ratio.low,
        "time_ratio_high": side.ratio.high,
    }
