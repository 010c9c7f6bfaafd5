import pytest

from chipbench.published import published_machines, read_published, training_rows
from chipbench.published.runs import published_runs


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("machines", 6),
        ("training_times", 12),
        ("export_times", 16),
        ("createml_times", 4),
        ("accuracy_curves", 15),
    ],
)
def test_every_row_is_carried(table: str, rows: int) -> None:
    assert len(read_published(table)) == rows


def test_times_are_seconds_that_agree_with_the_logged_epochs() -> None:
    (m1_max,) = [
        row
        for row in training_rows("efficientnet_b0", "food101")
        if row["machine"] == "m1_max_mbp_14_2021"
    ]
    logged = [float(r["epoch_time_s"]) for r in read_published("accuracy_curves")][10:]
    assert float(m1_max["total_time_s"]) == pytest.approx(sum(logged), rel=0.01)


def test_every_time_belongs_to_a_machine_of_the_specification() -> None:
    for table in ("training_times", "export_times", "createml_times"):
        assert {row["machine"] for row in read_published(table)} <= set(published_machines())


def test_what_the_article_does_not_state_is_absent() -> None:
    assert "memory_gb" not in published_machines()["titan_rtx_pc"]
    assert published_machines()["m1_max_mbp_14_2021"]["price_usd"] == "3299"


def test_an_export_is_no_training_on_a_data_set() -> None:
    exports = [
        run
        for run in published_runs(lambda *_: "a fingerprint")
        if run.tags["experiment"].startswith("export_")
    ]
    assert exports
    for run in exports:
        assert run.tags["data_source"] != "tfds"
        assert run.tags["protocol"] == "Final Cut Pro"
