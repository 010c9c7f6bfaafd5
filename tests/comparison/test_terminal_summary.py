"""The summary in a terminal: as much of it as there is room for, and what its signs mean."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from support.published_store import published_recorded
from support.recorded_runs import run

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.summary import summarise
from chipbench.comparison.terminal_summary import print_summary
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.recorded_run import RecordedRun
from chipbench.terminal.console import console

HERE = "0123456789ab"
Printed = Callable[..., list[str]]


@pytest.fixture
def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Printed]:
    """The lines of the summary of these runs in a terminal that is so wide."""

    def shown(*runs: RecordedRun, width: int = 80) -> list[str]:
        monkeypatch.setenv("COLUMNS", str(width))
        console.cache_clear()
        summary = summarise(sort_runs(runs), HERE)
        assert summary is not None
        print_summary(summary)
        return capsys.readouterr().out.splitlines()

    yield shown
    console.cache_clear()


def measured(machine: str, time_s: float, **tags: str) -> RecordedRun:
    """By this version; the machine "colab k80" is the baseline."""
    made = run(machine, time_s, benchmark_version="2", **tags)
    known = fingerprint(made.params, made.tags)
    return replace(made, tags={**made.tags, "fingerprint": known})


def table_of(lines: list[str]) -> list[str]:
    return lines[: next(i for i, line in enumerate(lines) if line.startswith("times as fast"))]


def test_eighty_columns_hold_the_machines_and_the_main_benchmarks(printed: Printed) -> None:
    lines = printed(*published_recorded())
    assert all(len(line) <= 80 for line in lines)
    heads = " ".join(lines[:2])
    assert "TinyVGG" in heads and "Efficient" in heads and "NetB0" in heads
    (m1_max,) = [line for line in lines if line.startswith("Apple M1 Max 32-core GPU *")]
    assert "2.21" in m1_max.split()
    assert any("more in the report: " in line and "benchmarks" in line for line in lines)
    assert "NVIDIA Tesla K80 or" in " ".join(lines) and "* published" in " ".join(lines)


def test_each_machine_that_is_shown_has_a_number(printed: Printed) -> None:
    lines = printed(*published_recorded())
    table = table_of(lines)
    assert any("TITAN RTX" in line for line in table)
    assert not any(name in " ".join(table) for name in ("A100", "NVIDIA T4"))
    assert any("machines, " in line for line in lines if line.startswith("more in the report: "))


def test_a_wider_terminal_shows_more_benchmarks(printed: Printed) -> None:
    narrow, wide = (printed(*published_recorded(), width=width) for width in (80, 200))
    assert "CreateML" in " ".join(wide[:3])
    assert "CreateML" not in " ".join(narrow[:3])
    assert not any("benchmarks" in line for line in wide if line.startswith("more in"))


def test_this_machine_and_what_is_not_shown_to_differ_are_marked(printed: Printed) -> None:
    times = (10.0, 10.4, 9.8, 10.1)
    runs = [measured("Mine", time, machine_fingerprint=HERE) for time in times]
    lines = printed(*runs, *(measured("colab k80", time + 0.1) for time in times))
    assert lines[1].startswith("Mine (this machine)") and "=1.01" in lines[1]
    assert any("= too close to tell" in line for line in lines)


def test_a_long_name_is_cut(printed: Printed) -> None:
    lines = printed(measured("x" * 10_000, 1.0), measured("colab k80", 2.0))
    assert len(lines) < 10 and all(len(line) <= 80 for line in table_of(lines))
