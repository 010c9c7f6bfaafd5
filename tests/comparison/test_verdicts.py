"""What the published numbers say in words, held against the tables that they come from."""

from dataclasses import replace

from support.published_store import HERE, mine, published_recorded

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.summary import summarise
from chipbench.comparison.verdicts import Answer, verdicts
from chipbench.measure.recorded_run import RecordedRun
from chipbench.published.twins import twins_apart


def answers(*runs: RecordedRun) -> dict[str, tuple[Answer, ...]]:
    """By question."""
    summary = summarise(sort_runs([*published_recorded(), *runs]), HERE)
    assert summary is not None
    return {verdict.question: verdict.answers for verdict in verdicts(summary)}


def the_one(found: tuple[Answer, ...], beginning: str) -> Answer:
    (answer,) = [answer for answer in found if answer.text.startswith(beginning)]
    return answer


def test_the_fastest_is_named_with_the_next_and_the_doubt() -> None:
    answer = the_one(answers()["Which is fastest?"], "EfficientNetB0")
    assert answer.text == (
        "EfficientNetB0: NVIDIA TITAN RTX 24 GB, 464 s; 1.19 times as fast as the next, "
        "NVIDIA GeForce RTX 3080 Laptop GPU 16 GB."
    )
    assert answer.caveat == "Not proven: a single run."
    close = the_one(answers()["Which is fastest?"], "ProRes 4 h")
    assert close.text.startswith("ProRes 4 h: Apple M1 Max 32-core GPU, 684 s; 1.07 times")
    assert close.caveat == "Not proven: single runs, less than 18 % apart."


def test_repeats_on_both_sides_prove_a_difference_or_show_none() -> None:
    other = {"machine": "Other", "here": "another"}
    apart = [mine(time_s=t) for t in (20.0, 20.1)] + [mine(time_s=t, **other) for t in (25.0, 25.1)]
    answer = the_one(answers(*apart)["Which is fastest?"], "TinyVGG")
    assert answer.text.startswith("TinyVGG: Mine, 20.0 s; 1.25 times as fast as the next, Other")
    assert answer.caveat == ""
    alike = [mine(time_s=t) for t in (20.0, 24.0)] + [mine(time_s=t, **other) for t in (21.0, 25.0)]
    found = answers(*alike)
    caveat = the_one(found["Which is fastest?"], "TinyVGG").caveat
    assert caveat == "Not proven: the interval contains 1."
    assert (
        "Mine and Other (5 %)"
        in the_one(found["Which differences are not proven?"], "TinyVGG").text
    )


def test_the_best_for_the_money_leaves_out_what_is_free_and_says_so() -> None:
    answer = the_one(answers()["Which gives most for its price?"], "EfficientNetB0")
    assert "NVIDIA TITAN RTX 24 GB (3,000 USD), 2.14 times the speed per dollar" in answer.text
    assert answer.caveat == "Without NVIDIA Tesla K80: free, within the limits of the service."


def test_what_the_m1_max_costs_more_is_said_with_what_it_gains() -> None:
    answer = the_one(answers()["What does more money buy?"], "Apple M1 Max 32-core GPU costs")
    assert "costs 1,300 USD more than Apple M1 Pro 14-core GPU, 1.65 times as much" in answer.text
    assert "no speed grows as much" in answer.text
    assert "1.12 on TinyVGG, 1.55 on EfficientNetB0" in answer.text


def test_of_single_runs_less_than_two_of_one_kind_differ_by_is_not_proven() -> None:
    assert round(twins_apart(), 3) == round(958.951 / 815.448, 3)
    found = answers()["Which differences are not proven?"]
    assert "lie 18 % apart" in found[0].text
    assert (
        "Apple M1 8-core GPU and Apple M1 Max 32-core GPU (4 %)" in the_one(found, "TinyVGG").text
    )
    assert "TITAN" not in the_one(found, "EfficientNetB0").text


def test_who_falls_behind_at_larger_work_is_named() -> None:
    found = answers()["Which fall behind at larger work, and which gain?"]
    assert the_one(found, "Apple M1 8-core GPU").text == (
        "Apple M1 8-core GPU falls behind: 1.22 times the speed of NVIDIA Tesla K80 on TinyVGG, "
        "0.63 times on EfficientNetB0."
    )
    assert "gains: 1.16 times" in the_one(found, "Apple M1 Max 32-core GPU").text
    assert not [answer for answer in found if "TITAN" in answer.text]


def test_this_machine_has_its_place_or_the_command_that_gives_it_one() -> None:
    question = "How does this machine stand?"
    assert "chipbench.train` measures it" in answers()[question][0].text
    placed = answers(mine(time_s=70.0))[question][0]
    assert placed.text == (
        "TinyVGG: Mine took 70.0 s, place 3 of 8, 2.38 times as fast as NVIDIA Tesla K80."
    )
    assert placed.caveat == "Not proven: a single run."


def test_on_generated_data_this_machine_has_no_place() -> None:
    (answer,) = answers(mine("dataset.source=generated"))["How does this machine stand?"]
    assert answer.text == (
        "TinyVGG: Mine took 70.0 s on generated data; 2 of 7 ranked machines took less."
    )
    assert answer.caveat.startswith("An indication")


def test_of_work_that_no_other_machine_did_its_amount_is_said_and_no_place() -> None:
    (answer,) = answers(mine("epochs=2"))["How does this machine stand?"]
    assert answer.text == (
        "TinyVGG, measured, 2 epochs: Mine took 70.0 s; "
        "no other machine did this work, so it has no place."
    )


def test_what_speaks_against_this_machines_run_is_its_caveat() -> None:
    own = mine()
    doubted = replace(own, tags=own.tags | {"caveats": "on battery"})
    (answer,) = answers(doubted)["How does this machine stand?"]
    assert answer.caveat == "caution, 1 of 1 runs: on battery"
