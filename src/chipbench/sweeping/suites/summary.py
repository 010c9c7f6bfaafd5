"""What a suite found: per item how long, how fast, its place. Arithmetic alone."""

from collections.abc import Mapping, Sequence

from chipbench.ground.metrics import metric
from chipbench.ground.parent_run_metrics import ITEM_TIME, SUITE_TIME, of_item
from chipbench.sweeping.ended_job import PRINTED, SPEEDS, TIMES, JobEnd
from chipbench.sweeping.suites.announcement import about
from chipbench.terminal.markdown import markdown_text
from chipbench.terminal.table import Cell, head_lines

HEADS = ("item", "outcome", "took", "time", "speed", "among the published")
#: In a terminal of 80 columns there is no room for an outcome beside the place.
TERMINAL_HEADS = ("item", "took", "time", "speed", "among the published")
NUMBERS = ("took", "time", "speed")
_ITEM = 22  # characters of an item's name on one line


def rows(jobs: Sequence[JobEnd], places: Mapping[str, str]) -> list[dict[str, object]]:
    """One row per item; `places` has that of each among the published machines."""
    return [_row(ended) | {"among_published": places[ended.job.item]} for ended in jobs]


def _row(ended: JobEnd) -> dict[str, object]:
    took_s, found = ended.outcome.took_s, ended.outcome.metrics
    return {
        "item": ended.job.item,
        "entry": ended.job.entry,
        "settings": " ".join(ended.job.overrides),
        "outcome": ended.outcome.what,
        "reason": ended.outcome.reason or "",
        ITEM_TIME: "" if took_s is None else took_s,
        **{name: found.get(name, "") for name in PRINTED},
    }


def own_metrics(jobs: Sequence[JobEnd]) -> dict[str, float]:
    """Of each item that is done its times and speed, by its name, and the time of all."""
    found: dict[str, float] = {}
    for ended in jobs:
        known = {name: value for name in PRINTED if (value := ended.first([name])) is not None}
        if ended.done and ended.outcome.took_s is not None:
            known[ITEM_TIME] = ended.outcome.took_s
        found |= {of_item(name, ended.job.item): value for name, value in known.items()}
    total = [ended.outcome.took_s for ended in jobs if ended.outcome.took_s is not None]
    return found | ({SUITE_TIME: sum(total)} if total else {})


def cells(jobs: Sequence[JobEnd], places: Mapping[str, str]) -> list[tuple[str, ...]]:
    """What a person reads of each item, under `HEADS`."""
    return [
        (
            ended.job.item,
            ended.outcome.what,
            _shown(ITEM_TIME, ended.outcome.took_s),
            _first(TIMES, ended),
            _first(SPEEDS, ended),
            places[ended.job.item],
        )
        for ended in jobs
    ]


def lines(jobs: Sequence[JobEnd], places: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    """What a person reads in a terminal, under `TERMINAL_HEADS`: what has no place, its outcome."""
    return [
        (
            head_lines(item, _ITEM),
            "" if ended.outcome.took_s is None else about(ended.outcome.took_s),
            time,
            speed,
            place or outcome,
        )
        for ended, (item, outcome, _, time, speed, place) in zip(
            jobs, cells(jobs, places), strict=True
        )
    ]


def note_of(line: str, jobs: Sequence[JobEnd], places: Mapping[str, str]) -> str:
    """The suite in a `line` and its items in a table, in Markdown."""
    table = [HEADS, ("---",) * len(HEADS)]
    table += [tuple(map(markdown_text, row)) for row in cells(jobs, places)]
    return "\n\n".join([markdown_text(line), "\n".join(f"| {' | '.join(row)} |" for row in table)])


def _first(names: Sequence[str], ended: JobEnd) -> str:
    return next((_shown(n, v) for n in names if (v := ended.first([n])) is not None), "")


def _shown(name: str, value: float | None) -> str:
    return "" if value is None else metric(name).format(value)
