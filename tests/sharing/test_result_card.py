"""A card says how a result compares, and what a reader must know."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from support.shared_results import BEGUN_MS, MAC, result

from chipbench.ground.finding import Finding
from chipbench.measure.result import Result
from chipbench.measure.statistics import centre, interval
from chipbench.sharing import result_card
from chipbench.sharing.shared_file import shared_document
from chipbench.sharing.shared_run import SharedRun
from chipbench.sharing.side_by_side import versus

HOUR_MS = 3_600_000


def runs(name: str, *firsts_s: float) -> list[SharedRun]:
    """Repeats of one machine, whose total times are 3 s more than these."""
    machine = replace(MAC, name=name, fingerprint=f"{abs(hash(name)) % 2**48:012x}")
    made = [
        result((time_s, 2.0), machine, begun_ms=BEGUN_MS + place * HOUR_MS)
        for place, time_s in enumerate(firsts_s)
    ]
    return [SharedRun(one, one.document()["checksum"]) for one in made]


def recorded(*parts: list[SharedRun]) -> list:  # type: ignore[type-arg]  # of recorded runs
    return [run.recorded() for part in parts for run in part]


OWN = ("Own", 6.9, 7.0, 7.1)


def test_three_others_are_compared_with_at_most_the_fastest_and_the_slowest_among_them() -> None:
    others = [runs(f"M{number}", 7.0 + 10 * number, 7.1 + 10 * number) for number in range(5)]
    found = versus(recorded(runs(*OWN)), recorded(*others))
    assert [one.other for one in found] == ["M0 (shared)", "M2 (shared)", "M4 (shared)"]
    slowest = found[-1].speed
    assert slowest.value == pytest.approx(5.0, rel=0.01) and slowest.differs
    assert slowest.low is not None and slowest.high is not None
    assert slowest.low < slowest.value < slowest.high
    assert not found[0].speed.differs


def test_nobody_is_compared_with_itself_or_with_other_work() -> None:
    own = runs(*OWN)
    other = result((3.0, 2.0), MAC, "batch_size=64")
    assert versus(recorded(own), [*recorded(own), SharedRun(other, "d").recorded()]) == []


def document(*made: Result) -> dict[str, object]:
    return shared_document([one.document() for one in made], "Ada $x^2$")


def test_a_card_has_ratios_cautions_software_and_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_card, "shipped", lambda: runs("Other", 17.0, 17.1, 16.9))
    doubted = [
        replace(run.result, caveats=(Finding("on battery power", "plug it in"),))
        for run in runs(*OWN)
    ]
    shown = result_card.card_of(document(*doubted))
    (measure,) = shown.measures
    assert measure.text.startswith("2.00 x as fast as Other (shared) [")
    assert measure.bounds is not None and measure.bounds[0] < 2 < measure.bounds[1]
    assert (shown.machine, shown.cautions) == ("Own", ("on battery power",))
    assert shown.foot == "TensorFlow 2.19.1, chipbench, macOS 15.1, 2026-01-15, by Ada $x^2$"


def test_the_cards_are_a_picture_and_one_that_scales(tmp_path: Path) -> None:
    hostile = replace(MAC, name="<script>alert(1)</script> $x^")
    result_card.write_cards(tmp_path, document(result(machine=hostile)))
    with Image.open(tmp_path / "card.png") as picture:
        assert picture.size == (880, 352)
    drawn = ElementTree.parse(tmp_path / "card.svg")
    assert not [node for node in drawn.iter() if node.tag.endswith(("script", "foreignObject"))]


def test_repeats_that_nobody_did_the_like_of_are_one_line_with_an_interval() -> None:
    others = [result((9.0, 2.0), MAC, "batch_size=64")]
    measured = [run.result for run in runs(*OWN)]
    first, second = result_card.card_of(document(*measured, *others)).measures
    low, high = interval([one.metrics["total_time_s"] for one in measured]) or (0, 0)
    shown = f"{centre([one.metrics['total_time_s'] for one in measured]):.2f} s"
    assert first.text.startswith(f"{shown} [{low:.2f} s, {high:.2f} s], ")
    assert first.text.endswith(", 3 repeats, batch size 32")
    assert second.text.startswith("12.00 s, ") and second.text.endswith("images/s, batch size 64")
