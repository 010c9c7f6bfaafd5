"""What the published numbers say in words, held against the tables that they come from."""

from support.published_store import mine, summary_with

from chipbench.comparison.answer import Answer
from chipbench.comparison.summary_questions import verdicts
from chipbench.measure.recorded_run import RecordedRun


def answers(*runs: RecordedRun) -> dict[str, tuple[Answer, ...]]:
    """By question."""
    return {verdict.question: verdict.answers for verdict in verdicts(summary_with(*runs))}


def the_one(found: tuple[Answer, ...], beginning: str) -> Answer:
    (answer,) = [answer for answer in found if answer.text.startswith(beginning)]
    return answer


def test_of_each_benchmark_it_is_counted_what_is_proven_and_named_what_is_too_close() -> None:
    found = answers()["Which differences are not proven?"]
    assert the_one(found, "EfficientNetB0").text == (
        "EfficientNetB0: 0 of 28 differences proven; too close to tell are NVIDIA TITAN RTX 24 GB "
        "and NVIDIA GeForce RTX 3080 Laptop GPU 16 GB (464 to 553 s); or Apple M1 Max of another "
        "owner and Apple M1 Max 32-core GPU (815 to 959 s); or AMD Radeon Pro 5500M 8 GB and "
        "Apple M1 8-core GPU (3,032 to 3,387 s)."
    )
    assert (
        "M1 8-core GPU, Apple M1 Max 32-core GPU and Apple M1 Pro 14-core GPU (137 to 161 s)"
        in (the_one(found, "TinyVGG").text)
    )
    other = {"machine": "Other", "here": "another"}
    runs = [mine(time_s=t) for t in (20.0, 20.1)] + [mine(time_s=t, **other) for t in (25.0, 25.1)]
    repeated = answers(*runs)["Which differences are not proven?"]
    assert the_one(repeated, "TinyVGG").text.startswith("TinyVGG: 1 of 36 differences proven;")


def test_who_falls_behind_at_larger_work_is_named() -> None:
    found = answers()["Which fall behind at larger work, and which gain?"]
    assert the_one(found, "Apple M1 8-core GPU").text == (
        "Apple M1 8-core GPU falls behind: 1.22 times the speed of NVIDIA Tesla K80 on TinyVGG, "
        "0.63 times on EfficientNetB0."
    )
    assert "gains: 1.16 times" in the_one(found, "Apple M1 Max 32-core GPU").text
    assert not [answer for answer in found if "TITAN" in answer.text]


def test_prices_are_asked_about_as_well() -> None:
    assert {"Which gives most for its price?", "What does more money buy?"} <= answers().keys()
