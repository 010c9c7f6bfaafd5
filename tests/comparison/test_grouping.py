from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.recorded_runs import run

from chipbench.comparison.charts import batch_size_chart, curve_name
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.price_performance import values_for_money
from chipbench.comparison.report_contents import count_text
from chipbench.comparison.report_tables import group_table, value_table
from chipbench.comparison.tidy_tables import run_rows


def only_group(*runs):
    ((group,),) = [benchmark.groups for benchmark in sort_runs(runs).benchmarks]
    return group


def compared(baseline: str, *runs):
    ((group,),) = [benchmark.groups for benchmark in sort_runs(runs, baseline).benchmarks]
    return group


def ratio_texts(group) -> dict[str, str]:
    table = group_table(group)
    column = table.heads.index("time / baseline")
    return {line.cells[0].text: line.cells[column].text for line in table.rows}


def test_unlike_runs_never_share_a_ranking() -> None:
    found = sort_runs([run("A", fingerprint="f1"), run("B", fingerprint="f2")])
    (benchmark,) = found.benchmarks
    assert [len(group.rows) for group in benchmark.groups] == [1, 1]


def test_rows_are_ranked_by_time_and_compared_with_the_articles_machine() -> None:
    colab = run("Colab K80", 20.0)
    group = only_group(run("Slow", 30.0), run("Fast", 10.0), colab)
    assert [row.machine for row in group.rows] == ["Fast", "Colab K80", "Slow"]
    assert group.baseline == "Colab K80"
    assert [row.ratio.value for row in group.rows] == pytest.approx([0.5, 1.0, 1.5])


def test_no_machine_becomes_the_baseline_for_its_time() -> None:
    group = only_group(run("Slow", 30.0), run("Fast", 10.0))
    assert group.baseline is None
    assert [row.ratio for row in group.rows] == [None, None]
    assert any("baseline=MACHINE" in note for note in group_table(group).notes)


def test_the_baseline_is_taken_by_name_or_id() -> None:
    runs = [run("Mac M1", 10.0), run("GPU box", 5.0)]
    for name in ("Mac M1", "mac_m1"):
        ((group,),) = [b.groups for b in sort_runs(runs, name).benchmarks]
        assert group.baseline == "Mac M1"
        assert group.rows[0].ratio.value == pytest.approx(0.5)


def test_repeats_of_one_machine_are_one_row() -> None:
    group = only_group(run("A", 10.0), run("A", 12.0), run("A", 11.0), run("B", 9.0))
    assert [(row.machine, len(row.runs)) for row in group.rows] == [("B", 1), ("A", 3)]
    assert group.rows[1].time_s == pytest.approx((10.0 * 12.0 * 11.0) ** (1 / 3))


def test_time_and_ratio_are_of_one_estimator() -> None:
    runs = [run("A", time) for time in (90.0, 90.0, 90.0, 900.0)]
    base = [run("B", time, day=day) for time, day in ((100.0, 0), (100.0, 0), (130.0, 3))]
    by_machine = {row.machine: row for row in compared("B", *runs, *base).rows}
    a, b = by_machine["A"], by_machine["B"]
    assert a.ratio.value == pytest.approx(a.time_s / b.time_s)
    assert a.time_s == pytest.approx(90 * 10 ** (1 / 4))
    assert b.time_s == pytest.approx((100 * 130) ** (1 / 2)), "of two sessions, not of three runs"
    assert a.outliers_s == [900.0]


def test_tables_of_equal_machines_claim_next_to_nothing() -> None:
    chance = np.random.default_rng(0)
    for repeats, tables in ((2, 40), (5, 60), (20, 30)):
        wrong = 0
        for _ in range(tables):
            times = chance.lognormal(4, 0.02, (20, repeats))
            runs = [run(f"M{m}", t) for m, part in enumerate(times.tolist()) for t in part]
            wrong += any(row.ratio.differs for row in compared("M0", *runs).rows)
        assert wrong <= 0.05 * tables + 2, f"{repeats} repeats"


def test_equal_machines_on_other_days_differ_no_more_than_the_days() -> None:
    chance = np.random.default_rng(0)
    wrong = 0
    for _ in range(100):
        runs = []
        for machine in ("A", "B"):
            for day in range(3):
                of_the_day = 100 * chance.lognormal(0, 0.03)
                for noise in chance.lognormal(0, 0.003, 4):
                    runs.append(run(machine, of_the_day * noise, day=day))
        wrong += any(row.ratio.differs for row in compared("A", *runs).rows)
    assert wrong <= 9


def test_repeats_of_one_session_say_so() -> None:
    once = [run("A", 10.0 + n / 100) for n in range(3)]
    twice = [run("B", 20.0 + n / 10, day=n // 2) for n in range(4)]
    texts = ratio_texts(compared("A", *once, *twice))
    assert ", one session" in texts["B"], "A's repeats are of one"
    assert "no difference claimed" not in texts["B"]
    other_day = [run("A", 10.1 + n / 100, day=1) for n in range(3)]
    assert "session" not in ratio_texts(compared("A", *once, *other_day, *twice))["B"]


def test_a_measured_run_is_no_repeat_of_a_published_one() -> None:
    group = only_group(run("A", 10.0), run("A", 12.0, kind="reference"))
    assert [(row.is_reference, len(row.runs)) for row in group.rows] == [(False, 1), (True, 1)]


def test_runs_with_another_optimizer_are_another_row_and_marked() -> None:
    group = only_group(run("A", 10.0), run("A", 11.0, optimizer_used="sgd"))
    assert [row.marks for row in group.rows] == [("Adam",), ("SGD",)]
    assert group.shared["TensorFlow"] == "2.19.1"
    assert "optimizer" not in group.shared


def test_the_reasons_of_a_verdict_do_not_part_repeats() -> None:
    outside = [f"outside the published band: epoch {n}: val_accuracy 0.1" for n in (1, 2)]
    group = only_group(*(run("A", learning_curve=text) for text in outside))
    assert len(group.rows) == 1
    assert group.shared["learning curve"] == "outside the published band"


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
    assert dict(found.left_out) == {"without a valid time": 3, "failed": 1, "not ended": 1}
    assert "Left out: 1 run failed, 1 not ended, 3 without a valid time." in count_text(found)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"kind": "sweep"}, "2 runs for a sweep or repeats as a whole"),
        ({"kind": "comparison"}, "2 runs for a report that was kept"),
        ({"kind": "empty"}, "2 runs without content"),
        ({"kind": "training"}, "2 runs without a benchmark"),
        ({}, "2 runs of another program"),
    ],
)
def test_runs_that_measured_nothing_themselves_are_named(tags: dict[str, str], said: str) -> None:
    others = [replace(run("B"), tags=tags), replace(run("C"), tags=tags)]
    assert f"Left out: {said}." in count_text(sort_runs([run("A"), *others]))


def test_an_export_is_titled_by_how_it_was_made_and_no_framework_parts_it() -> None:
    made = {"method": "final_cut_manual", "encoder": "Final Cut Pro, timed by hand"}
    runs = [run("A", protocol="transcode", tensorflow=v, **made) for v in ("2.19.1", "2.21.0")]
    group = only_group(*runs)
    assert [len(row.runs) for row in group.rows] == [2]
    assert "timed by hand in Final Cut Pro" in group.title and "transcode" not in group.title


def test_a_number_that_a_caution_rules_out_is_in_no_ranking_and_counted() -> None:
    doubted = run("A", 1.0, ruled_out="the GPU was at 0 % throughout")
    found = sort_runs([doubted, run("B", 10.0)])
    ((group,),) = [benchmark.groups for benchmark in found.benchmarks]
    assert [row.machine for row in group.rows] == ["B"]
    assert dict(found.left_out) == {"ruled out by a caution": 1}


def test_outliers_are_named_and_counted() -> None:
    times = [9.9, 10.0, 10.1, 10.2, 15.0]
    table = group_table(only_group(*(run("A", time) for time in times)))
    assert any("15.00 s stand apart" in note for note in table.notes)
    assert table.rows[0].cells[3].text == "5"


def test_no_difference_is_claimed_where_intervals_overlap() -> None:
    runs = [run("A", t) for t in (10.0, 12.0, 9.0)] + [run("B", t) for t in (10.5, 11.5, 9.5)]
    group = compared("B", *runs)
    assert "of peak" not in group_table(group).heads, "a column that nobody fills is left out"
    assert "no difference claimed" in ratio_texts(group)["A"]


def test_groups_stand_in_order_of_batch_size() -> None:
    runs = [run("A", fingerprint=f"f{n}", batch_size=n) for n in (512, 64, 16, 128)]
    (benchmark,) = sort_runs(runs).benchmarks
    sizes = [group.title.split("batches of ")[1] for group in benchmark.groups]
    assert sizes == ["16", "64", "128", "512"]


def test_an_interval_that_tells_nothing_is_not_given() -> None:
    runs = [run(f"M{machine}", time) for machine in range(60) for time in (10.0, 11.0)]
    assert ratio_texts(compared("M0", *runs))["M5"] == "1.00 (too few repeats to tell)"


def test_value_per_dollar_and_per_watt_where_known() -> None:
    rich = run("A", 10.0, price_usd="2000", metrics={"energy_j": 500.0})
    poor = run("B", 20.0, price_usd="500")
    group = only_group(rich, poor, run("C", 1.0), run("Free", 2.0, price_usd="0"))
    first, second = values_for_money(group)
    assert (first.machine, first.runs_per_hour_per_1000_usd) == ("B", 360.0)
    assert (second.power_w, second.runs_per_kwh) == (50.0, 7200.0)
    assert first.power_w is None


@pytest.mark.parametrize(
    ("kinds", "benchmark", "told"),
    [
        (("training", "reference"), "tinyvgg_cifar10", True),
        (("training", "training"), "tinyvgg_cifar10", False),
        (("reference", "reference"), "tinyvgg_cifar10", False),
        (("training", "reference"), "resnet50_cifar100", False),
    ],
)
def test_beside_published_runs_stands_by_how_much_their_feed_differs(
    kinds: tuple[str, str], benchmark: str, told: bool
) -> None:
    runs = [
        run(name, kind=kind, experiment=benchmark) for name, kind in zip("AB", kinds, strict=True)
    ]
    notes = " ".join(group_table(only_group(*runs)).notes)
    assert ("the article's own feed (float64 images cut by tf.data" in notes) is told


def test_joules_of_unlike_things_are_never_compared() -> None:
    joules = {"energy_j": 500.0}
    runs = [
        run("A", 10.0, metrics=joules, energy_basis="gpu_board", price_usd="900"),
        run("B", 10.0, metrics=joules, energy_basis="cpu_package"),
        run("C", 10.0, metrics=joules | {"energy_covered_percent": 48.0}, energy_basis="gpu_board"),
        run("D", 10.0, metrics=joules, energy_basis="gpu_board"),
        run("D", 10.0, metrics=joules, energy_basis="cpu_package"),
    ]
    group = only_group(*runs)
    assert {row.machine: row.energy_basis for row in group.rows} == {
        "A": "gpu_board", "B": "cpu_package", "C": None, "D": None,
    }  # fmt: skip
    table = value_table(group)
    assert table is not None
    cells = {line.cells[0].text: [cell.text for cell in line.cells[4:]] for line in table.rows}
    assert table.heads[4:6] == ("power (cpu_package)", "per kWh (cpu_package)")
    assert cells == {"A": ["", "", "50 W", "7,200.0"], "B": ["50 W", "7,200.0", "", ""]}


def test_machines_of_one_name_are_rows_of_their_own() -> None:
    runs = [run("A", 10.0 + n, machine_fingerprint=f"{n % 2}abc99") for n in range(4)]
    group = only_group(*runs, run("B", 5.0, machine_fingerprint="77"))
    assert [(row.machine, len(row.runs)) for row in group.rows] == [
        ("B", 1), ("A, machine 0abc", 2), ("A, machine 1abc", 2),
    ]  # fmt: skip
    assert compared("A, machine 1abc", *runs).baseline == "A, machine 1abc"
    assert [row.machine for row in only_group(run("A"), run("A")).rows] == ["A"], "not told apart"


def test_a_machine_shows_as_many_digits_as_tell_it_from_its_like() -> None:
    alike = [run("A", machine_fingerprint=f"0000000000{n:02d}") for n in range(12)]
    names = [row.machine for row in only_group(*alike).rows]
    assert names[:2] == ["A, machine 000000000000", "A, machine 000000000001"]
    assert len(set(names)) == 12
    assert len({row.machine for row in only_group(*alike[:9]).rows}) == 9
    assert "12 runs on 12 machines" in count_text(sort_runs(alike))


def test_a_machine_is_counted_once_and_apart_from_a_published_one() -> None:
    runs = [run("A", machine_fingerprint="77"), run("A", 9.0, fingerprint="f2",
                                                    machine_fingerprint="77")]  # fmt: skip
    assert "2 runs on 1 machine in" in count_text(sort_runs(runs))
    published = run("A", kind="reference")
    assert "3 runs on 2 machines in" in count_text(sort_runs([*runs, published]))


def test_an_update_of_the_kernel_makes_no_other_machine() -> None:
    systems = ("Linux 6.1.0", "Linux 6.12.3", "Linux")
    (row,) = only_group(*(run("A", os=system) for system in systems)).rows
    assert len(row.runs) == 3
    assert len(only_group(*(run("A", os=os) for os in ("macOS 15.1", "macOS 15.2"))).rows) == 1
    assert len(only_group(*(run("A", os=os) for os in ("macOS 14.7", "macOS 15.2"))).rows) == 2


def test_the_processors_runs_are_no_repeats_of_the_gpus() -> None:
    runs = [run("RTX 4090", 3.45, device_kind="gpu"), run("RTX 4090", 7.78, device_kind="cpu")]
    assert [len(row.runs) for row in only_group(*runs).rows] == [1, 1]


def test_use_of_the_peak_and_caveats_are_shown() -> None:
    use = {"flops_utilization_percent": 12.34}
    group = only_group(
        run("A", 10.0, metrics=use), run("A", 11.0, caveats="on battery power: plug it in")
    )
    table = group_table(group)
    cells = dict(zip(table.heads, (cell.text for cell in table.rows[0].cells), strict=True))
    assert cells["of peak"] == "12.3 %"
    assert "A: caution, 1 of 2 runs: on battery power: plug it in." in table.notes


def test_the_energy_of_a_thousand_images_is_shown_with_its_basis() -> None:
    counted = {"energy_j": 900.0, "net_energy_j_per_1000_images": 1.6}
    whole, part = {"energy_covered_percent": 100.0}, {"energy_covered_percent": 50.0}
    group = only_group(
        run("A", 10.0, metrics=counted | whole, energy_basis="gpu_board"),
        run("B", 11.0, metrics={"energy_j": 900.0} | part, energy_basis="gpu_board"),
    )
    table = group_table(group)
    column = table.heads.index("J per 1,000")
    assert [line.cells[column].text for line in table.rows] == ["1.6 (gpu_board)", ""]
    assert [row.energy_per_thousand_j for row in group.rows] == [1.6, None]


def test_unlike_runs_of_one_machine_are_no_common_curve() -> None:
    speed = {"steady_images_per_second": 100.0}
    rows = [
        only_group(run("A", metrics=speed, **tags)).rows[0]
        for tags in ({}, {"protocol": "tuned"}, {"data_source": "generated"})
    ]
    assert [curve_name(row) for row in rows] == ["A", "A, tuned", "A, generated data"]


def test_a_run_that_failed_before_it_said_what_it_measures_ends_no_chart(tmp_path: Path) -> None:
    speed = {"steady_images_per_second": 100.0}
    runs = [
        run("A", 10.0, batch_size=size, fingerprint=f"f{size}", metrics=speed) for size in (32, 64)
    ]
    refused = replace(run("A", None, status="FAILED"), tags={"kind": "train"})
    found = sort_runs([*runs, refused])
    assert found.left_out == {"without a benchmark": 1}
    (benchmark,) = found.benchmarks
    assert batch_size_chart(tmp_path, benchmark, [*found.failed, refused]) is not None


def test_how_fast_a_language_model_goes_on_stands_beside_its_training() -> None:
    known = {"prompt_tokens_per_second": 3000.0, "generated_tokens_per_second": 78.25}
    talks = run("Talks", 10.0, experiment="gpt_tokens", metrics=known)
    silent = run("Silent", 20.0, experiment="gpt_tokens")
    found = sort_runs([talks, silent])
    ((group,),) = [benchmark.groups for benchmark in found.benchmarks]
    table = group_table(group)
    columns = [table.heads.index(name) for name in ("prompt", "generated")]
    shown = {line.cells[0].text: [line.cells[i].text for i in columns] for line in table.rows}
    assert shown == {"Talks": ["3,000 tokens/s", "78.2 tokens/s"], "Silent": ["", ""]}
    rows = {row["machine"]: row for row in run_rows(found)}
    assert known.items() <= rows["Talks"].items()
    assert "prompt" not in group_table(only_group(silent)).heads
