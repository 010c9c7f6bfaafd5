"""A card that shows a result at a glance: as a picture, and as one that scales."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chipbench.ground import tags
from chipbench.ground.drawing.card import Card, Measure, draw_card
from chipbench.ground.metrics import metric
from chipbench.hardware import TITLES
from chipbench.measure.recorded_run import RANKING_METRICS, SPEED_METRICS
from chipbench.measure.statistics import centre, interval
from chipbench.published.benchmark_words import words_of
from chipbench.published.completed_settings import published_recorded
from chipbench.sharing.believed_runs import shipped
from chipbench.sharing.shared_file_reading import runs_of
from chipbench.sharing.side_by_side import Versus, versus

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
    """Of each work its time and speed, where no other machine is to be compared with."""
    repeats = defaultdict(list)
    for run in document["runs"]:
        repeats[run["tags"].get(tags.FINGERPRINT)].append(run)
    for runs in repeats.values():
        known = [text for of in _SHOWN for text in _number(runs, of)]
        size = runs[0]["params"].get("batch_size")
        known += [] if len(runs) == 1 else [f"{len(runs)} repeats"]
        if known:
            yield Measure(", ".join(known) + ("" if size is None else f", batch size {size}"))


def _number(runs: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    """The repeats' mean of the first of these metrics that they have, and its interval."""
    name = next((name for name in names if all(name in run["metrics"] for run in runs)), None)
    if name is None:
        return
    values = [run["metrics"][name] for run in runs]
    bounds = ", ".join(map(metric(name).format, interval(values) or ()))
    yield metric(name).format(centre(values)) + (f" [{bounds}]" if bounds else "")


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
