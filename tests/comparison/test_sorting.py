import pytest
from support.recorded_runs import run

from chipbench.comparison.sorting import sort_runs
from chipbench.comparison.charts import curve_name
from chipbench.comparison.contents import count_text
from chipbench.comparison.tables import group_table
from chipbench.comparison.value import values_for_money


def only_group(*runs):
    ((group,),) = [benchmark.groups for benchmark in sort_runs(runs).benchmarks]
    return group


def test_unlike_runs_never_share_a_ranking() -> None:
    found = sort_runs([run("A", fingerprint="f1"), run("B", fingerprint="f2")])
    (benchmark,) = found.benchmarks
    assert [len(group.rows) for group in benchmark.groups] == [1, 1]


def test_rows_are_ranked_by_time_and_compared_with_the_slowest() -> None:
    group = only_group(run("Slow", 30.0), run("Fast", 10.0), run("Middle", 20.0))
    assert [row.machine for row in group.rows] == ["Fast", "Middle", "Slow"]
    assert group.baseline == "Slow"
    assert [row.ratio.value for row in group.rows] == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_the_baseline_is_taken_by_name_or_id() -> None:
    runs = [run("Mac M1", 10.0), run("GPU box", 5.0)]
    for name in ("Mac M1", "mac_m1"):
        ((group,),) = [b.groups for b in sort_runs(runs, name).benchmarks]
        assert group.baseline == "Mac M1"
        assert group.rows[0].ratio.value == pytest.approx(0.5)


def test_repeats_of_one_machine_are_one_row() -> None:
    group = only_group(run("A", 10.0), run("A", 12.0), run("A", 11.0), run("B", 9.0))
    assert [(row.machine, len(row.runs), row.time_s) for row in group.rows] == [
        ("B", 1, 9.0),
        ("A", 3, 11.0),
    ]


def test_runs_with_another_optimizer_are_another_row_and_marked() -> None:
    group = only_group(run("A", 10.0), run("A", 11.0, optimizer_used="sgd"))
    assert [row.marks for row in group.rows] == [("optimizer adam",), ("optimizer sgd",)]
    assert group.shared["TensorFlow"] == "2.19.1"
    assert "optimizer" not in group.shared


def test_what_cannot_be_compared_is_left_out_and_counted() -> None:
    nan = float("nan")
    found = sort_runs(
        [
            run("A"),
            run("B", None),
            run("C", nan),
            run("D", 0.0),
            run("E", status="FAILED"),
            run("F", status="RUNNING"),
        ]
    )
    assert dict(found.left_out) == {"no valid time": 3, "status FAILED": 1, "status RUNNING": 1}
    assert "Left out: 3 no valid time, 1 status FAILED, 1 status RUNNING." in count_text(found)


def test_outliers_are_named_and_counted() -> None:
    times = [9.9, 10.0, 10.1, 10.2, 15.0]
    table = group_table(only_group(*(run("A", time) for time in times)))
    assert any("15.00 s stand apart" in note for note in table.notes)
    assert table.rows[0].cells[3].text == "5"


def test_no_difference_is_claimed_where_intervals_overlap() -> None:
    runs = [run("A", t) for t in (10.0, 12.0, 9.0)] + [run("B", t) for t in (10.5, 11.5, 9.5)]
    table = group_table(only_group(*runs))
    texts = [line.cells[table.heads.index("time / baseline")].text for line in table.rows]
    assert "of peak" not in table.heads, "a column that nobody fills is left out"
    assert any("no difference claimed" in text for text in texts)


def test_value_per_dollar_and_per_watt_where_known() -> None:
    rich = run("A", 10.0, price_usd="2000", metrics={"energy_j": 500.0})
    poor = run("B", 20.0, price_usd="500")
    group = only_group(rich, poor, run("C", 1.0), run("Free", 2.0, price_usd="0"))
    first, second = values_for_money(group)
    assert (first.machine, first.runs_per_hour_per_1000_usd) == ("B", 360.0)
    assert (second.power_w, second.runs_per_kwh) == (50.0, 7200.0)
    assert first.power_w is None


def test_use_of_the_peak_and_caveats_are_shown() -> None:
    use = {"flops_utilization_percent": 12.34}
    group = only_group(
        run("A", 10.0, metrics=use), run("A", 11.0, caveats="on battery power: plug it in")
    )
    table = group_table(group)
    cells = dict(zip(table.heads, (cell.text for cell in table.rows[0].cells), strict=True))
    assert cells["of peak"] == "12.3 %"
    assert "A: caution, 1 of 2 runs: on battery power: plug it in." in table.notes


def test_unlike_runs_of_one_machine_are_no_common_curve() -> None:
    speed = {"steady_images_per_second": 100.0}
    rows = [
        only_group(run("A", metrics=speed, **tags)).rows[0]
        for tags in ({}, {"protocol": "tuned"}, {"data_source": "generated"})
    ]
    assert [curve_name(row) for row in rows] == ["A", "A, tuned", "A, generated data"]
