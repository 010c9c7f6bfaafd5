"""What a suite says of its items: a row each, and its own run's numbers."""

from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.ended_job import JobEnd
from chipbench.sweeping.job_outcome import Outcome
from chipbench.sweeping.plan import Job
from chipbench.sweeping.suites.summary import cells, lines, note_of, own_metrics, rows

VIDEO = Job(0, ("codec=h264",), 1, "video", "export")
IMAGES = Job(1, ("dataset=digits",), 1, "images", "train")
LATER = Job(2, ("dataset=digits",), 1, "later", "train")
JOBS = [
    JobEnd(
        VIDEO, Outcome(outcomes.DONE, None, {"export_time_s": 20, "realtime_factor": 2}, "", 25)
    ),
    JobEnd(IMAGES, Outcome(outcomes.FAILED, "no | data", {"total_time_s": 9}, "", 5)),
    JobEnd(LATER, Outcome()),
]
PLACES = {"video": "2 of 5", "images": "", "later": ""}


def test_one_row_for_each_item() -> None:
    video, images, later = rows(JOBS, PLACES)
    assert video["item"] == "video" and video["settings"] == "codec=h264"
    assert (video["item_time_s"], video["export_time_s"], video["total_time_s"]) == (25, 20, "")
    assert video["among_published"] == "2 of 5"
    assert images["outcome"] == "failed" and images["reason"] == "no | data"
    assert later["outcome"] == "missing" and later["item_time_s"] == ""
    assert cells(JOBS, PLACES) == [
        ("video", "done", "25.00 s", "20.00 s", "2.00 x", "2 of 5"),
        ("images", "failed", "5.00 s", "", "", ""),
        ("later", "missing", "", "", "", ""),
    ]


def test_in_a_terminal_the_outcome_stands_where_there_is_no_place() -> None:
    long = JobEnd(Job(3, (), 1, "quick_efficientnetb0_food101", "train"), Outcome(outcomes.DONE))
    assert lines([*JOBS, long], PLACES | {"quick_efficientnetb0_food101": ""}) == [
        (["video"], "25 s", "20.00 s", "2.00 x", "2 of 5"),
        (["images"], "5 s", "", "", "failed"),
        (["later"], "", "", "", "missing"),
        (["quick_efficientnetb0_", "food101"], "", "", "", "done"),
    ]


def test_the_parent_has_the_numbers_of_what_is_done() -> None:
    assert own_metrics(JOBS) == {
        "video/export_time_s": 20,
        "video/realtime_factor": 2,
        "video/item_time_s": 25,
        "suite_time_s": 30,
    }
    assert own_metrics(JOBS[2:]) == {}


def test_the_note_has_the_table() -> None:
    note = note_of("1 of 3 jobs done", JOBS, PLACES)
    assert note.startswith("1 of 3 jobs done\n\n| item | outcome |")
    assert "| video | done | 25.00 s | 20.00 s | 2.00 x | 2 of 5 |" in note
