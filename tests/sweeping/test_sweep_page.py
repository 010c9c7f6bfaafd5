"""The note on top of a sweep's own page: a line, and a table of its combinations."""

from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.ended_job import JobEnd
from chipbench.sweeping.job_outcome import Outcome
from chipbench.sweeping.plan import Job
from chipbench.sweeping.sweep_page import note_of


def done(number: int, override: str, repeat: int, time_s: float) -> JobEnd:
    return JobEnd(
        Job(number, (override,), repeat), Outcome(outcomes.DONE, None, {"total_time_s": time_s})
    )


def test_combinations_are_rows_with_means_and_intervals() -> None:
    jobs = [
        done(0, "batch_size=16", 1, 10.0),
        done(1, "batch_size=32", 1, 5.0),
        done(2, "batch_size=16", 2, 10.0),
        JobEnd(Job(3, ("batch_size=64",), 1), Outcome(outcomes.OUT_OF_MEMORY, "out of memory")),
    ]
    line, table = note_of(jobs).split("\n\n")
    assert line.startswith("3 of 4 jobs done, out of memory: batch\\_size=64")
    assert table.splitlines() == [
        "| Combination | Jobs done | `total_time_s`, mean (95 % interval) |",
        "| --- | --- | --- |",
        "| batch\\_size=16 | 2 of 2 | 10.00 s (9.50 s to 10.53 s) |",
        "| batch\\_size=32 | 1 of 1 | 5.00 s |",
        "| batch\\_size=64 | 0 of 1 |  |",
    ]


def test_repeats_are_one_row() -> None:
    note = note_of([done(n, "batch_size=16", n + 1, 10.0) for n in range(2)])
    assert "| all repeats | 2 of 2 | 10.00 s (9.50 s to 10.53 s) |" in note


def test_a_strangers_value_stays_text_and_a_long_sweep_stays_short() -> None:
    jobs = [done(n, f"name=<b>|{n}", 1, 1.0) for n in range(25)]
    note = note_of(jobs)
    assert "| name=&lt;b&gt;\\|0 | 1 of 1 | 1.00 s |" in note
    assert "<b>" not in note
    assert note.endswith("5 more in `combinations.csv`")


def test_without_a_number_there_is_no_table() -> None:
    lost = JobEnd(Job(0, ("a=1",), 1), Outcome(outcomes.OUT_OF_MEMORY, "out of memory"))
    assert "|" not in note_of([lost])
