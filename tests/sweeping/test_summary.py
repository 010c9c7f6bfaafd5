"""What a sweep says of its jobs: a row each, a row per combination, the best, spread and drift."""

import csv
import json
from pathlib import Path

import pytest

from chipbench.ground.csv_file import write_table
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping import summary
from chipbench.sweeping.combinations import best, combination_rows, curves, failed_sizes
from chipbench.sweeping.ended_job import JobEnd
from chipbench.sweeping.job_outcome import Outcome
from chipbench.sweeping.job_table import print_jobs
from chipbench.sweeping.parent import Parent
from chipbench.sweeping.parent import _title as title_of
from chipbench.sweeping.plan import Job, Plan, names
from chipbench.terminal.console import console
from chipbench.tracking.recorder import Recorder


def job(number: int, *overrides: str, repeat: int = 1) -> Job:
    return Job(number, overrides, repeat)


def done(place: Job, **metrics: float) -> JobEnd:
    return JobEnd(place, Outcome(outcomes.DONE, None, metrics))


def test_the_summary_by_hand() -> None:
    jobs = [
        done(job(0, "batch_size=16"), total_time_s=10.0, steady_images_per_second=100.0),
        done(job(1, "batch_size=32"), total_time_s=5.0, steady_images_per_second=200.0),
        done(job(2, "batch_size=16", repeat=2), total_time_s=11.0, steady_images_per_second=90.0),
        done(job(3, "batch_size=32", repeat=2), total_time_s=5.5, steady_images_per_second=180.0),
        JobEnd(job(4, "batch_size=64"), Outcome(outcomes.OUT_OF_MEMORY, "out of memory")),
    ]
    assert best(jobs) == "batch_size=32"
    assert summary.drift(jobs) == pytest.approx(10.0)
    assert summary.spread(jobs) == pytest.approx(100 * (0.5 / 2**0.5) / 5.25)
    (curve,) = curves(jobs).values()
    assert [(point.x, point.y) for point in curve] == [
        (16, pytest.approx((100 * 90) ** 0.5)),
        (32, pytest.approx((200 * 180) ** 0.5)),
    ]
    assert all(point.bounds and point.bounds[0] < point.y < point.bounds[1] for point in curve)
    assert failed_sizes(jobs) == {"speed": [64]}
    assert summary.own_metrics(jobs)["total_time_s_best"] == 5.0
    assert summary.own_metrics(jobs)["steady_images_per_second_best"] == 200.0
    assert summary.own_metrics(jobs)["steady_images_per_second_median"] == 140.0
    text = summary.text(jobs)
    assert text.startswith("4 of 5 jobs done, out of memory: batch_size=64, fastest: batch_size=32")
    assert summary.rows(jobs)[4]["total_time_s"] == ""


def test_the_tables_have_a_column_for_each_key(tmp_path: Path) -> None:
    """So that `read_csv(...).groupby("batch_size")` works."""
    jobs = [
        done(job(n, f"batch_size={size}", "dataset.name='a,b'", repeat=r), total_time_s=time)
        for n, (size, r, time) in enumerate([(16, 1, 10.0), (32, 1, 5.0), (16, 2, 12.1)])
    ]
    write_table(tmp_path / "jobs.csv", summary.rows(jobs))
    with (tmp_path / "jobs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["job"], row["batch_size"], row["repeat"]) for row in rows] == [
        ("1", "16", "1"),
        ("2", "32", "1"),
        ("3", "16", "2"),
    ]
    assert "overrides" not in rows[0] and rows[0]["dataset.name"] == "'a,b'"
    first, second = combination_rows(jobs)
    assert (first["batch_size"], first["jobs"], first["done"]) == ("16", 2, 2)
    assert first["total_time_s_median"] == pytest.approx(11.05)
    assert first["total_time_s_mean"] == pytest.approx(11.0)
    assert first["total_time_s_low"] < 11 < first["total_time_s_high"]  # type: ignore[operator]
    assert second["total_time_s_mean"] == 5.0 and "total_time_s_low" not in second


def test_only_jobs_of_one_benchmark_are_called_fastest() -> None:
    def exported(number: int, codec: str, encoder: str, time_s: float) -> JobEnd:
        outcome = Outcome(outcomes.DONE, None, {"export_time_s": time_s}, f"export_small_{codec}")
        return JobEnd(job(number, f"codec={codec}", f"encoder={encoder}"), outcome)

    codecs = [exported(0, "h264", "auto", 9.0), exported(1, "av1", "auto", 5.0)]
    assert best(codecs) is None and "fastest" not in summary.text(codecs)
    assert "export_time_s" not in summary.text(codecs), "no mean over unlike work"
    more = [*codecs, exported(2, "h264", "software", 8.0)]
    assert best(more) == "codec=h264 encoder=software (export_small_h264)"


def test_the_table_holds_what_a_job_wrote_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its accuracy comes after its result, and no job may follow that makes the table anew."""
    recorder = Recorder(tmp_path, None, name="sweep", experiment="chipbench")
    parent = Parent(
        tmp_path, Plan("train", "k", (job(0, "epochs=1"),), (), 0, None, True), recorder
    )
    folder = tmp_path / "jobs" / "000.1"
    folder.mkdir(parents=True)
    result = {"status": "completed", "reason": None, "metrics": {"total_time_s": 1.0}}
    (folder / "result.json").write_text(json.dumps(result))
    parent.update()
    (folder / "epochs.csv").write_text("epoch,val_accuracy\n1,0.25\n")
    assert parent.conclude(interrupted=False)
    assert ",0.25" in (tmp_path / "sweep.csv").read_text()
    assert "val_accuracy_best" in (tmp_path / "journal.jsonl").read_text()
    *_, tables, recorded = capsys.readouterr().out.splitlines()
    assert tables == f"as tables: {tmp_path / 'sweep.csv'} and combinations.csv"
    assert recorded.startswith(f"recorded in {tmp_path}")


def test_the_curves_title_is_in_words() -> None:
    ended = Outcome(outcomes.DONE, None, {}, benchmark="efficientnetb0_food101")
    assert title_of([JobEnd(job(0), ended)]).startswith("Speed by batch size: EfficientNetB0 ")


def test_a_number_that_a_caution_rules_out_is_never_the_best(tmp_path: Path) -> None:
    folder = tmp_path / "jobs" / "000.1"
    folder.mkdir(parents=True)
    result = {
        "status": "completed",
        "reason": None,
        "metrics": {"total_time_s": 1.0},
        "tags": {"ruled_out": "the GPU was at 0 % throughout"},
    }
    (folder / "result.json").write_text(json.dumps(result))
    doubted = JobEnd(job(0, "batch_size=16"), outcomes.outcome_of(tmp_path, 0))
    jobs = [doubted, *(done(job(n, f"batch_size={n}"), total_time_s=9.0 / n) for n in (1, 2))]
    assert best(jobs) == "batch_size=2"
    assert summary.rows(jobs)[0]["reason"] == "the GPU was at 0 % throughout"


def test_repeats_of_one_combination_have_a_mean_and_an_interval() -> None:
    jobs = [
        done(job(n, "epochs=2", repeat=n + 1), total_time_s=time)
        for n, time in enumerate((10.0, 10.2, 9.9))
    ]
    assert names([ended.job for ended in jobs])[2] == "repeat 3"
    # Student's t with 2 degrees of freedom, 4.303, times the standard error, 0.088 s, and 0.05 s
    # that the times were rounded by.
    said = "total_time_s 10.03 s, 95 % interval 9.61 s to 10.47 s, spread 1.5 %"
    assert summary.text(jobs).startswith(f"3 of 3 jobs done, {said}")


def test_a_job_is_named_by_what_tells_it_from_the_others() -> None:
    jobs = [done(job(n, "epochs=2", f"seed={n}", "batch_size=8"), total_time_s=1.0) for n in (1, 2)]
    assert names([ended.job for ended in jobs]) == {1: "seed=1", 2: "seed=2"}
    assert names([jobs[0].job]) == {1: "epochs=2 seed=1 batch_size=8"}
    assert names([]) == {} and best([]) is None


def test_the_runs_of_a_sweep_have_names_of_their_own() -> None:
    repeated = tuple(job(n, f"seed={n % 2}", "epochs=2", repeat=n // 2 + 1) for n in range(4))
    for jobs in (repeated, tuple(job(n, "epochs=2", repeat=n + 1) for n in range(3)), repeated[:2]):
        plan = Plan("train", "k", jobs, (), 0, None, True)
        assert len({plan.run_name(job) for job in jobs}) == len(jobs)
    assert (
        Plan("train", "k", repeated, (), 0, None, True).run_name(repeated[2]) == "seed=0 repeat 2"
    )


@pytest.mark.usefixtures("wide_terminal")
def test_the_end_shows_all_jobs_in_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    jobs = [
        done(job(0, "epochs=2", "seed=1"), total_time_s=10.0, steady_images_per_second=1234.5),
        JobEnd(job(1, "epochs=2", "seed=2"), Outcome(outcomes.CRASHED, "killed by signal 9")),
    ]
    print_jobs(jobs)
    lines = capsys.readouterr().out.splitlines()
    (first,) = [line for line in lines if "seed=1" in line]
    (second,) = [line for line in lines if "seed=2" in line]
    assert "10.00 s" in first and "1,234.5 images/s" in first and "done" in first
    assert "crashed" in second and "epochs" not in first
    assert "val_accuracy" not in "".join(lines), "a column that no job has"


def test_eighty_columns_hold_the_jobs_of_a_training(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    console.cache_clear()
    named = {"total_time_s": 9_999.25, "steady_images_per_second": 123_456.7, "val_accuracy": 0.6}
    long = job(1, "batch_size=1024", "optimizer.create._target_=keras.optimizers.Nadam")
    print_jobs([done(job(0, "batch_size=16"), **named), done(long, **named)])
    console.cache_clear()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    words = " ".join(lines).split()
    assert {"total_time_s", "steady_", "images_per_", "second", "val_accuracy"} <= set(words)
    assert {"9,999.25", "123,456.7", "images/s", "0.6000"} <= set(words), "no number is broken"


@pytest.mark.parametrize("part", ["write_table", "draw_batch_sizes", "print_jobs"])
def test_what_is_shown_of_a_sweep_fails_alone(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    jobs = tuple(job(number, f"batch_size={16 * (1 + number)}") for number in range(2))
    for one in jobs:
        rates = {"total_time_s": 1.0, "steady_images_per_second": 9.0}
        place = tmp_path / "jobs" / f"{one.number:03d}.1"
        Outcome(outcomes.DONE, None, rates, "tinyvgg").write(place)
    monkeypatch.setattr(f"chipbench.sweeping.parent.{part}", fail)
    recorder = Recorder(tmp_path, None, name="sweep", experiment="chipbench")
    parent = Parent(tmp_path, Plan("train", "k", jobs, (), 0, None, True), recorder)
    assert parent.conclude(interrupted=False)
    shown = capsys.readouterr()
    assert "2 of 2 jobs done" in shown.out and "No space left on device" in shown.err
