"""Who leads and who cannot be told apart, held against the published tables."""

from collections.abc import Sequence

from support.published_store import mine, summary_with

from chipbench.comparison.certainty import Certainty
from chipbench.comparison.ranking import Leader, Ranked, alike, leaders, proven, ranking
from chipbench.comparison.summary import Summary

OTHER = {"machine": "Other", "here": "another"}


def leader_of(summary: Summary, short: str) -> Leader:
    (found,) = [leader for leader in leaders(summary) if leader.column.short == short]
    return found


def ranking_of(summary: Summary, short: str) -> Sequence[Ranked]:
    (column,) = [column for column in summary.columns if column.short == short]
    return ranking(summary, column)


def stretches(summary: Summary, short: str) -> list[list[str]]:
    return [[one.machine for one in found] for found in alike(ranking_of(summary, short))]


def test_the_fastest_is_named_with_the_next_and_how_sure_that_is() -> None:
    leader = leader_of(summary_with(), "EfficientNetB0")
    assert leader.first.machine == "NVIDIA TITAN RTX 24 GB" and round(leader.first.time_s) == 464
    assert leader.next.machine == "NVIDIA GeForce RTX 3080 Laptop GPU 16 GB"
    assert round(leader.lead.value, 2) == 1.19
    assert leader.certainty is Certainty.OPEN
    assert [one.machine for one in leader.ties] == [leader.next.machine]
    sure = leader_of(summary_with(), "TinyVGG")
    assert (sure.first.machine, sure.next.machine) == (leader.next.machine, leader.first.machine)
    assert (
        round(sure.lead.value, 2) == 1.25 and sure.certainty is Certainty.LIKELY and not sure.ties
    )
    close = leader_of(summary_with(), "ProRes 4 h")
    assert (close.first.machine, round(close.lead.value, 2)) == ("Apple M1 Max 32-core GPU", 1.07)
    assert close.certainty is Certainty.OPEN
    several = leader_of(summary_with(), "H.264 10 min")
    assert [one.machine for one in several.ties] == [
        "Apple M1 Pro 14-core GPU",
        "Apple M1 Max 32-core GPU",
    ]


def test_repeats_on_both_sides_prove_a_lead_or_show_none() -> None:
    apart = [mine(time_s=t) for t in (20.0, 20.1)] + [mine(time_s=t, **OTHER) for t in (25.0, 25.1)]
    leader = leader_of(summary_with(*apart), "TinyVGG")
    assert (leader.first.machine, leader.next.machine) == ("Mine", "Other")
    assert leader.certainty is Certainty.PROVEN
    alike = [mine(time_s=t) for t in (20.0, 24.0)] + [mine(time_s=t, **OTHER) for t in (21.0, 25.0)]
    assert leader_of(summary_with(*alike), "TinyVGG").certainty is Certainty.OPEN


def test_who_cannot_be_told_apart_stand_together_each_with_all_others() -> None:
    m1, pro, m1_max, k80, intel = (
        "Apple M1 8-core GPU",
        "Apple M1 Pro 14-core GPU",
        "Apple M1 Max 32-core GPU",
        "NVIDIA Tesla K80",
        "AMD Radeon Pro 5500M 8 GB",
    )
    assert stretches(summary_with(), "TinyVGG") == [
        [m1, m1_max, pro],
        [m1_max, pro, k80],
        [pro, k80, intel],
    ]
    assert stretches(summary_with(), "EfficientNetB0") == [
        ["NVIDIA TITAN RTX 24 GB", "NVIDIA GeForce RTX 3080 Laptop GPU 16 GB"],
        ["Apple M1 Max of another owner", m1_max],
        [intel, m1],
    ]


def test_a_proven_difference_ends_a_stretch_however_small_it_is() -> None:
    near = [mine(time_s=t) for t in (50.0, 50.01)] + [
        mine(time_s=t, **OTHER) for t in (51.0, 51.01)
    ]
    summary = summary_with(*near)
    assert not [found for found in stretches(summary, "TinyVGG") if {"Mine", "Other"} <= {*found}]
    assert proven(ranking_of(summary, "TinyVGG")) == 1
    assert proven(ranking_of(summary_with(), "TinyVGG")) == 0


def test_who_is_only_an_indication_has_no_place() -> None:
    ranked = ranking_of(summary_with(mine("dataset.source=generated", time_s=1.0)), "TinyVGG")
    assert "Mine" not in [one.machine for one in ranked]
