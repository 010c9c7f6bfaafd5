"""A card that shows a result at a glance: as a picture, and as one that scales."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chipbench.ground import tags
from chipbench.ground.drawing.card import Card, Measure, draw_card
from chipbench.ground.metrics import metric
from chipbench.hardware import TITLES
from chipbench.measure.recorded_run import RANKING_METRICS, SPEED_METRICS
from chipbench.published.benchmarks import words_of
from chipbench.published.completed import published_recorded
from chipbench.sharing.believed import shipped
from chipbench.sharing.reading import runs_of
from chipbench.sharing.versus import Versus, versus

FILE_NAMES = ("card.png", "card.svg")
_MOST_NUMBERS = 3


def write_cards(folder: Path, document: Mapping[str, Any]) -> None:
    """Write the cards of a shared document into `folder`."""
    card = card_of(document)
    for name in FILE_NAMES:
        draw_card(folder / name, card)


def card_of(document: Mapping[str, Any]) -> Card:
    """What the card says: ratios where somebody did the same work, else the numbers alone."""
    shared = list(runs_of(document))
    others = [*published_recorded(), *(run.recorded() for run in shipped())]
    found = versus([run.recorded() for run in shared], others)
    results = [run.result for run in shared if run.result.status == "completed"]
    first = results[0]
    numbers = tuple(_numbers(document))[:_MOST_NUMBERS]
    benchmarks = dict.fromkeys(words_of(result.benchmark).title for result in results)
    begun = datetime.fromtimestamp(first.begun_ms / 1000, UTC).date()
    return Card(
        machine=first.machine,
        work="; ".join(benchmarks),
        measures=tuple(_measure(one, len(benchmarks) > 1) for one in found) or numbers,
        cautions=tuple(dict.fromkeys(doubt.what for one in results for doubt in one.caveats)),
        foot=", ".join([*_software(first.tags, first.hardware), str(begun), *_by(document)]),
    )


def _measure(one: Versus, several: bool) -> Measure:
    """`several`: whether the card has more than one benchmark, so that each is named."""
    speed, at = one.speed, f", {words_of(one.benchmark).short}" if several else ""
    text = f"{speed.value:.2f} x as fast as {one.other}{at}"
    if speed.low is None or speed.high is None:
        return Measure(f"{text} (one sample)", speed.value)
    doubt = "" if speed.differs else ": no difference"
    bounds = speed.low, speed.high
    return Measure(f"{text} [{bounds[0]:.2f}, {bounds[1]:.2f}]{doubt}", speed.value, bounds)


def _numbers(document: Mapping[str, Any]) -> Iterator[Measure]:
    """Of each run its time and speed, where no other machine is to be compared with."""
    for run in document["runs"]:
        names = [next((n for n in of if n in run["metrics"]), None) for of in _SHOWN]
        known = [metric(name).format(run["metrics"][name]) for name in names if name is not None]
        size = run["params"].get("batch_size")
        at = "" if size is None else f" at batch size {size}"
        if known:
            yield Measure(f"{', '.join(known)}{at}")


_SHOWN = (RANKING_METRICS, SPEED_METRICS)


def _software(known: Mapping[str, str], hardware: Mapping[str, Any]) -> Iterator[str]:
    backend = known.get(tags.BACKEND)
    if backend is not None:
        yield f"{TITLES.get(backend, backend)} {known.get(tags.BACKEND_VERSION, '')}".strip()
    if tags.ENCODER in known:
        yield known[tags.ENCODER]
    yield f"chipbench {hardware['versions'].get('chipbench', '')}".strip()
    yield str(hardware["os"])


def _by(document: Mapping[str, Any]) -> Iterator[str]:
    if document.get("by"):
        yield f"by {document['by']}"
