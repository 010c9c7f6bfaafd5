"""The answer in short: who is fastest at what, how this machine stands, and how sure that is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chipbench.comparison.answer import Answer
from chipbench.comparison.certainty import TOO_CLOSE, Certainty, certainty, doubt, per_cent
from chipbench.comparison.duration_text import duration
from chipbench.comparison.ranking import Leader, Ranked, leaders, ranking
from chipbench.comparison.summary import Column, Line, Standing, Summary, is_baseline
from chipbench.ground.invocation import command
from chipbench.ground.plural import counted
from chipbench.measure.statistics import Ratio
from chipbench.published.twin_machines import twins_apart


@dataclass(frozen=True)
class Brief:
    """What a report says first."""

    sure: str
    here: tuple[Answer, ...]  # an answer for each benchmark that this machine took part in
    leaders: tuple[Leader, ...]


def brief(summary: Summary) -> Brief:
    """The summary's short answer."""
    return Brief(_how_sure(summary), tuple(_here(summary)), tuple(leaders(summary)))


def _how_sure(summary: Summary) -> str:
    rows = [found.row for line in summary.lines for found in line.standings.values()]
    single = [row for row in rows if len(row.samples_s) < 2]
    if not single:
        return "Every machine has repeats; their intervals say which differences are proven."
    if len(single) == len(rows):
        text = "Nothing here is proven: every number is a single run."
    elif all(row.is_reference for row in single):
        text = "Nothing is proven of published machines: each of their numbers is a single run."
    else:
        text = "Nothing is proven of a machine with a single run"
        text += ", as every published one is." if any(r.is_reference for r in single) else "."
    return (
        f"{text} Two equal machines, M1 Max of different owners, lay {per_cent(twins_apart())} "
        f"apart on EfficientNetB0: up to {per_cent(TOO_CLOSE)} between single runs is too close to "
        "tell, more is likely a difference."
    )


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
    lead = f"{column.short}:"
    text = f"{lead} {line.machine} took {duration(found.row.time_s)}"
    text += f" ({counted(len(found.row.runs), 'run')})"
    if found.indication:
        text += f" on {found.indication}, which is not the same benchmark: it has no place."
        return Answer(text, _indicated(found, ranked), lead)
    place = [other.line for other in ranked].index(line) + 1
    if len(ranked) > 1:
        text += f", place {place} of {len(ranked)}"
    else:
        text += "; no other machine did this work, so it has no place"
    speed, caveats = found.speed, found.row.caveats
    doubts = [f"{caveats[:1].upper()}{caveats[1:]}."] if caveats else []
    if speed is not None and not is_baseline(found, column):
        text += f", {speed.value:.2f} times as fast as {column.group.baseline}"
        doubts.append(doubt(speed))
    return Answer(f"{text}.", " ".join(filter(None, doubts)), lead)


def _indicated(found: Standing, ranked: Sequence[Ranked]) -> str:
    """How many of those that have a place are faster, and how many too close to tell."""
    apart = [Ratio(found.row.time_s / other.time_s) for other in ranked]
    close = sum(certainty(ratio) is Certainty.OPEN for ratio in apart)
    faster = sum(certainty(ratio) is not Certainty.OPEN and ratio.value > 1 for ratio in apart)
    return (
        f"As an indication, of {len(ranked)} ranked machines {faster} took less and {close} as "
        f"long, within {per_cent(TOO_CLOSE)}."
    )
