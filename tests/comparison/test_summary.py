"""The published results, and a machine of one's own beside them, as one table."""

from dataclasses import replace

import pytest
from support.published_store import HERE, mine, published_recorded
from support.recorded_runs import run

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.summary import Line, Summary, summarise
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.recorded_run import RecordedRun


def summary_of(*runs: RecordedRun, baseline: str | None = None) -> Summary:
    summary = summarise(sort_runs([*published_recorded(), *runs], baseline), HERE)
    assert summary is not None
    return summary


def line_of(summary: Summary, machine: str) -> Line:
    (line,) = [line for line in summary.lines if line.machine == machine]
    return line


def speeds(summary: Summary, machine: str) -> dict[str, float]:
    """By the column's head, how many times as fast as the column's baseline."""
    known = line_of(summary, machine).standings
    return {
        column.short: round(known[column.key].speed.value, 2)
        for column in summary.columns
        if column.key in known and known[column.key].speed is not None
    }


def test_the_articles_benchmarks_come_first_and_speeds_are_the_articles() -> None:
    summary = summary_of()
    assert [column.words.experiment for column in summary.columns] == [1] * 4 + [2, 3, 4] + [
        None
    ] * 5
    assert speeds(summary, "Apple M1 Max 32-core GPU") == {
        "H.264 4 h": 0.27,
        "ProRes 4 h": 2.93,
        "H.264 10 min": 0.85,
        "ProRes 10 min": 2.38,
        "CreateML": 2.18,
        "TinyVGG": 1.16,
        "EfficientNetB0": 2.21,
    }
    assert summary.focus.words.benchmark == "efficientnetb0_food101"
    at_focus = [line.standings[summary.focus.key] for line in summary.lines[:8]]
    assert [s.row.time_s for s in at_focus] == sorted(s.row.time_s for s in at_focus)


def test_of_a_swept_benchmark_the_articles_batch_size_is_shown() -> None:
    columns = {c.words.benchmark: c for c in summary_of().columns}
    assert columns["resnet50_cifar100"].group.rows[0].runs[0].batch_size == 32


def test_the_baseline_can_be_another() -> None:
    summary = summary_of(baseline="m1_pro_mbp_14_2021")
    assert speeds(summary, "Apple M1 Max 32-core GPU")["TinyVGG"] == 1.12


def test_this_machine_is_first_and_another_of_its_name_is_not_it() -> None:
    own, other = mine(), mine(machine="Other", here="another", time_s=20.0)
    summary = summary_of(own, other)
    assert [line.is_here for line in summary.lines[:3]] == [True, False, False]
    assert [line.machine for line in summary.lines[:2]] == ["Mine", "Other"]
    assert speeds(summary, "Mine") == {"TinyVGG": 2.38}


def test_generated_data_are_an_indication_that_is_ranked_nowhere() -> None:
    summary = summary_of(mine("dataset.source=generated"))
    (standing,) = line_of(summary, "Mine").standings.values()
    assert standing.indication == "generated data" and standing.speed is None
    assert standing.row.time_s == 70.0


@pytest.mark.parametrize(
    ("override", "variant"),
    [
        ("batch_size=64", "measured"),
        ("protocol=tuned", "measured"),
        ("epochs=2", "measured, 2 epochs"),
    ],
)
def test_other_work_is_no_indication_and_its_column_says_how_much_it_is(
    override: str, variant: str
) -> None:
    summary = summary_of(mine("dataset.source=generated", override))
    (standing,) = line_of(summary, "Mine").standings.values()
    assert standing.indication == ""
    assert [c.variant for c in summary.columns if c.words.short == "TinyVGG"] == ["", variant]


def test_fewer_examples_are_said_in_the_columns_head() -> None:
    own = mine()
    few = own.tags | {"train_examples": "2000"}
    few["fingerprint"] = fingerprint(own.params, few)
    heads = [column.short for column in summary_of(replace(own, tags=few)).columns]
    assert "TinyVGG, measured, 2,000 examples" in heads


def test_a_run_that_does_not_say_how_much_it_did_has_a_column_all_the_same() -> None:
    own = mine()
    silent = {key: value for key, value in own.tags.items() if key != "train_examples"}
    silent["fingerprint"] = fingerprint(own.params, silent)
    heads = [column.short for column in summary_of(replace(own, tags=silent)).columns]
    assert "TinyVGG, measured" in heads


def test_several_machines_on_generated_data_have_a_column() -> None:
    own, other = (mine("dataset.source=generated", machine=name) for name in ("A", "B"))
    summary = summary_of(own, replace(other, tags=other.tags | {"machine_fingerprint": "b"}))
    heads = [c.short for c in summary.columns if c.words.benchmark == "tinyvgg_cifar10"]
    assert heads == ["TinyVGG", "TinyVGG, generated data"]
    assert len(line_of(summary, "A").standings) == 2


def test_of_several_rows_of_a_machine_the_latest_stands() -> None:
    old, new = mine(time_s=70.0), mine(time_s=60.0)
    summary = summary_of(old, replace(new, tags=new.tags | {"tensorflow": "2.21.0"}))
    (standing,) = line_of(summary, "Mine").standings.values()
    assert standing.row.time_s == 60.0


def test_runs_of_an_earlier_version_have_no_column() -> None:
    assert summarise(sort_runs([run("A")])) is None


def test_there_is_room_for_so_many_machines() -> None:
    many = [mine(machine=f"m{number}", here=f"f{number}") for number in range(120)]
    summary = summary_of(*many)
    assert len(summary.lines) == 100 and summary.left_out == 43
