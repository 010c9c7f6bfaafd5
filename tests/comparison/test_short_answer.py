"""What a report says first: how sure it is, and how this machine stands."""

from dataclasses import replace

import pytest
from support.published_store import HERE, mine, published_recorded, summary_with

from chipbench.comparison.answer import Answer
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.short_answer import Brief, brief
from chipbench.comparison.summary import summarise
from chipbench.measure.recorded_run import RecordedRun

OTHER = {"machine": "Other", "here": "another"}


def brief_with(*runs: RecordedRun) -> Brief:
    return brief(summary_with(*runs))


def here(*runs: RecordedRun) -> Answer:
    (answer,) = brief_with(*runs).here
    return answer


def test_single_runs_prove_nothing_and_it_says_from_where_on_they_are_likely_to_differ() -> None:
    text = brief_with().sure
    assert text.startswith("Nothing here is proven: every number is a single run. Two equal")
    assert "lay 18 % apart on EfficientNetB0: up to 20 % between single runs is too close" in text
    assert brief_with(mine()).sure == text
    repeated = [mine(time_s=t) for t in (70.0, 71.0)]
    assert brief_with(*repeated).sure.startswith(
        "Nothing is proven of published machines: each of their numbers is a single run."
    )
    assert brief_with(*repeated, mine(**OTHER)).sure.startswith(
        "Nothing is proven of a machine with a single run, as every published one is."
    )


def test_with_repeats_everywhere_intervals_tell() -> None:
    runs = [mine(time_s=t) for t in (70.0, 71.0)] + [mine(time_s=t, **OTHER) for t in (60.0, 61.0)]
    summary = summarise(sort_runs(runs), HERE)
    assert summary is not None
    assert brief(summary).sure.startswith("Every machine has repeats")


def test_this_machine_has_its_place_or_the_command_that_gives_it_one() -> None:
    assert "chipbench.train` measures it" in here().text
    placed = here(mine(time_s=70.0))
    assert placed.text == (
        "TinyVGG: Mine took 70.0 s (1 run), place 3 of 8, 2.38 times as fast as NVIDIA Tesla K80."
    )
    assert placed.caveat == "Likely, not proven: a single run."


def test_on_generated_data_this_machine_has_no_place() -> None:
    answer = here(mine("dataset.source=generated"))
    assert answer.text == (
        "TinyVGG: Mine took 70.0 s (1 run) on generated data, which is not the same benchmark: it "
        "has no place."
    )
    assert answer.caveat == (
        "As an indication, of 7 ranked machines 2 took less and 0 as long, within 20 %."
    )
    near = here(mine("dataset.source=generated", time_s=160.0))
    assert near.caveat.endswith("of 7 ranked machines 2 took less and 5 as long, within 20 %.")


def test_of_work_that_no_other_machine_did_its_amount_is_said_and_no_place() -> None:
    assert here(mine("epochs=2")).text == (
        "TinyVGG, measured, 2 epochs: Mine took 70.0 s (1 run); "
        "no other machine did this work, so it has no place."
    )


def test_what_speaks_against_this_machines_run_is_said_beside_how_sure_its_place_is() -> None:
    own = mine()
    doubted = replace(own, tags=own.tags | {"caveats": "on battery"})
    assert here(doubted).caveat == (
        "Caution, 1 of 1 runs: on battery. Likely, not proven: a single run."
    )


def test_every_benchmark_of_several_machines_has_its_fastest() -> None:
    known = {run.tags["experiment"] for run in published_recorded()}
    assert len(brief_with().leaders) == len(known) == pytest.approx(12)
