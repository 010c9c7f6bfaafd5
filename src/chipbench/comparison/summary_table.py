"""The summary as a table's cells: what stands in them before a reader changes anything."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chipbench.comparison.certainty import Certainty, certainty
from chipbench.comparison.duration_text import duration
from chipbench.comparison.page_data import energy_basis
from chipbench.comparison.summary import Column, Line, Standing, Summary, is_baseline
from chipbench.ground import tags
from chipbench.measure.statistics import Ratio
from chipbench.published import published_machines

#: Steps of the colour scale, each so many times as fast as the one before.
_STEP = 1.5
_STEPS = 3


@dataclass(frozen=True)
class SpeedCell:
    """One machine at one benchmark."""

    text: str  # how many times as fast as the baseline, and how sure that is; "" without one
    time: str
    step: int  # of the colour scale, from -3 to 3
    value: float | str  # that it sorts by
    indication: str
    is_baseline: bool


@dataclass(frozen=True)
class SummaryRow:
    """One machine."""

    machine: str
    model: str  # the computer that it is in, where that is published
    is_here: bool
    published: bool
    origin: str  # whence it came, if it was not measured for this store
    price: str
    per_money: float | None  # times the baseline's speed at the focus, per 1,000 USD
    energy: str
    cells: tuple[SpeedCell | None, ...]


def summary_rows(summary: Summary) -> list[SummaryRow]:
    """A row per line, with a cell per column, None where the machine has no time."""
    basis = energy_basis(summary.lines, summary.focus)
    return [_row(line, summary, basis) for line in summary.lines]


def focus_basis(summary: Summary) -> str | None:
    """What the joules at the focus are of; None if none are known."""
    return energy_basis(summary.lines, summary.focus)


def has_energy(summary: Summary) -> bool:
    """Whether of any benchmark joules are known, and what they are of."""
    return any(energy_basis(summary.lines, column) for column in summary.columns)


def baselines(summary: Summary) -> Sequence[str]:
    """The machines that the columns are compared with, each once, and for which columns."""
    found: dict[str, list[str]] = {}
    for column in summary.columns:
        if column.group.baseline:
            found.setdefault(column.group.baseline, []).append(column.short)
    return [f"{machine} (for {', '.join(columns)})" for machine, columns in found.items()]


def _row(line: Line, summary: Summary, basis: str | None) -> SummaryRow:
    at_focus, row = line.standings.get(summary.focus.key), line.row
    speed, price = at_focus and at_focus.speed, row.price_usd
    counted = at_focus.row if at_focus and basis and at_focus.row.energy_basis == basis else None
    return SummaryRow(
        machine=line.machine,
        model=model_of(line),
        is_here=line.is_here,
        published=row.is_reference,
        origin=row.origin.strip(),
        price="free" if row.is_free else "" if price is None else f"{price:,.0f} USD",
        per_money=1000 * speed.value / price if speed and price else None,
        energy=f"{counted.energy_j:,.0f} J" if counted and counted.energy_j else "",
        cells=tuple(_cell(line.standings.get(column.key), column) for column in summary.columns),
    )


def model_of(line: Line) -> str:
    """The computer that a machine is in, where that is published."""
    facts = published_machines().get(line.row.runs[0].tags.get(tags.MACHINE, ""), {})
    return str(facts.get("name", "")) if line.row.is_reference else ""


def _cell(found: Standing | None, column: Column) -> SpeedCell | None:
    if found is None:
        return None
    speed, time = found.speed, duration(found.row.time_s)
    if speed is None:
        return SpeedCell("", time, 0, "", found.indication, False)
    own = is_baseline(found, column)
    mark = "" if own else certainty(speed).mark
    text = f"{mark}{speed.value:.2f}×"
    return SpeedCell(text, time, step(speed), speed.value, found.indication, own)


def scale_labels() -> list[str]:
    """What the colours from the slowest to the fastest stand for."""
    bounds = [_STEP ** (step - 0.5) for step in range(1 - _STEPS, _STEPS + 1)]
    between = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(bounds)]
    return [f"under {bounds[0]:.2f}×", *between, f"over {bounds[-1]:.2f}×"]


def step(speed: Ratio) -> int:
    """Its step of the colour scale: 0 is as fast as the baseline, as far as one can tell."""
    if certainty(speed) is Certainty.OPEN:
        return 0
    return max(-_STEPS, min(_STEPS, round(math.log(speed.value) / math.log(_STEP))))
