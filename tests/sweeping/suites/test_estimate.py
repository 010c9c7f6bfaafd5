"""How long a suite takes: as here before, else as its file says."""

from pathlib import Path

import pytest

from chipbench.config.compose import compose_config
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.job_outcome import Outcome, next_attempt
from chipbench.sweeping.plan import SUITE, Job, Plan
from chipbench.sweeping.suites.announcement import about, announce_suite, size
from chipbench.sweeping.suites.estimate import EARLIER, ROUGH, Estimate, estimates
from chipbench.sweeping.suites.items import Item

ITEMS = (
    Item("video", "export", ("codec=h264",), 600),
    Item("images", "train", ("dataset=cifar10", "dataset.source=tfds"), 120, 160, 400),
    Item("digits", "train", ("dataset=digits",)),
)
JOBS = tuple(Job(n, item.overrides, 1, item.name, item.entry) for n, item in enumerate(ITEMS))


def estimated(outputs: Path) -> list[Estimate]:
    configs = [compose_config(job.entry, [*job.overrides, "output_dir=none"]) for job in JOBS]
    return estimates(ITEMS, JOBS, configs, outputs)


def test_what_was_done_here_before_is_believed_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "none"))
    assert estimated(tmp_path)[0] == Estimate(600, ROUGH, 0, 0)
    for day, (what, took_s) in enumerate(((outcomes.DONE, 50.0), (outcomes.FAILED, 1.0))):
        folder = tmp_path / f"2026-01-0{day + 1}" / "10-00-00"
        Plan(SUITE, "k", JOBS, (), 0, None, False).write(folder)
        Outcome(what, took_s=took_s).write(next_attempt(folder, 0))
    (folder / "jobs" / "001.1").mkdir(parents=True)
    damaged = tmp_path / "damaged" / "sweep.json"
    damaged.parent.mkdir()
    damaged.write_text("{")
    assert estimated(tmp_path) == [
        Estimate(50, EARLIER, 0, 0),
        Estimate(120, ROUGH, 160, 400),
        Estimate(None, ROUGH, 0, 0),
    ]
    prepared = tmp_path / "none" / "cifar10" / "3.0.2" / "dataset_info.json"
    prepared.parent.mkdir(parents=True)
    prepared.write_text("{}")
    assert estimated(tmp_path)[1] == Estimate(120, ROUGH, 0, 0), "it is there already"


def test_a_sweeps_jobs_tell_as_well(tmp_path: Path) -> None:
    Plan("export", "k", (Job(0, ("codec=h264",), 1),), (), 0, None, True).write(tmp_path)
    Outcome(outcomes.DONE, took_s=70.0).write(next_attempt(tmp_path, 0))
    assert estimated(tmp_path)[0].time_s == 70


@pytest.mark.usefixtures("wide_terminal")
def test_it_is_said_in_a_few_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        Estimate(50, EARLIER, 0, 0),
        Estimate(7200, ROUGH, 4700, 1e9),
        Estimate(None, ROUGH, 0, 0),
    ]
    announce_suite("suite=full, 3 items", JOBS, found, str(tmp_path))
    said = capsys.readouterr().out
    assert "suite=full, 3 items: about 2.0 h, and 1 item of which nothing is known" in said
    lines = [line.split() for line in said.splitlines()]
    assert ["video", "50", "s", "as", "here", "before"] in lines
    assert ["images", "2.0", "h", "rough", "figure", "4.7", "GB"] in lines
    assert "downloads 4.7 GB; writes about 1000000.0 GB of data" in said
    assert "caution: that does not fit" in said


def test_times_and_sizes_as_one_plans_an_evening() -> None:
    assert [about(time_s) for time_s in (40, 300, 7199, 9000)] == [
        "40 s",
        "5 min",
        "120 min",
        "2.5 h",
    ]
    assert [size(megabytes) for megabytes in (160, 4700)] == ["160 MB", "4.7 GB"]
