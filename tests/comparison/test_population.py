"""Machines of one model: each counts once, and this one stands among them."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.recorded_runs import run
from support.shared_results import MAC, result

from chipbench.compare import compare
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.population import Population, populations
from chipbench.comparison.population_table import population_rows, population_table
from chipbench.config.compose import compose_config
from chipbench.measure.recorded_run import RecordedRun

HERE = "m03"


def machine(number: int, time_s: float, **tags: str) -> RecordedRun:
    known = {"kind": "shared", "machine_fingerprint": f"m{number:02d}"} | tags
    return run("Apple M1 Max", time_s, **known)


def one_of(runs: list[RecordedRun], here: str | None = HERE) -> Population:
    (found,) = populations(sort_runs(runs), here)
    return found


def test_percentiles_are_numpys() -> None:
    chance = random.Random(3)
    times_s = [chance.lognormvariate(3, 0.3) for _ in range(25)]
    found = one_of([machine(number, time_s) for number, time_s in enumerate(times_s)])
    assert found.quartiles_s == pytest.approx(np.percentile(times_s, (25, 50, 75)), rel=1e-12)
    assert (found.machines, found.runs, found.model) == (25, 25, "Apple M1 Max")


def test_this_machine_is_placed_with_what_may_explain_it() -> None:
    runs = [machine(number, 10.0 + number) for number in range(13) if number != 3]
    own = machine(3, 20.5, kind="training", caveats="on battery power")
    found = one_of([*runs, own])
    assert found.standing == ("slower than 10 of 12 others: caution, 1 of 1 runs: on battery power")
    table = population_table([found])
    assert table is not None and table.rows[0].cells[-1].text == found.standing
    (row,) = population_rows([found])
    assert (row["this_machine_slower_than"], row["this_machine_others"]) == (10, 12)
    assert one_of([*runs, own], here="another").standing == ""


def test_who_measured_often_outweighs_nobody() -> None:
    often = [machine(0, 5.0 + number) for number in range(9)]
    found = one_of([*often, machine(1, 1.0), machine(2, 3.0)])
    assert (found.machines, found.runs) == (3, 11)
    assert found.quartiles_s[1] == 3.0


def test_a_run_that_was_measured_and_shared_is_one() -> None:
    measured = machine(0, 5.0, kind="training")
    again = replace(measured, run_id="s", tags={**measured.tags, "kind": "shared"})
    found = one_of([measured, again, machine(0, 7.0), machine(1, 8.0)])
    assert found.quartiles_s[1] == 7.0, "the median of 6, of 5 and 7 once each, and 8"


def test_machines_that_are_untold_are_one_and_published_ones_none() -> None:
    untold = [run("Apple M1 Max", 10.0 + number) for number in range(3)]
    published = run("Apple M1 Max", 1.0, kind="reference", machine_fingerprint="p")
    assert populations(sort_runs([*untold, published])) == []
    assert one_of([*untold, published, machine(1, 30.0)]).machines == 2
    assert population_table([]) is None


@pytest.mark.usefixtures("wide_terminal")
def test_in_a_terminal_the_work_of_all_models_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(4):
        other = replace(MAC, name=f"Mac {number % 2}", fingerprint=f"{number:012x}")
        result((3.0 + number, 2.0), other).write(tmp_path / f"chipbench-{number}.json")
    words = ["tracking=none", f"files={tmp_path}", f"output_dir={tmp_path / 'out'}"]
    compare(compose_config("compare", words))
    shown = capsys.readouterr().out
    assert shown.count("work: Digits: ") == 1
    assert "│ work" not in shown and "┃ work" not in shown
