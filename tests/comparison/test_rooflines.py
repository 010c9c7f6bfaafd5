"""The trainings of a store under their device's ceiling."""

from dataclasses import replace
from pathlib import Path

import pytest
from support.published_store import HERE, mine, published_recorded
from support.recorded_runs import no_histories

from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.page_data import embedded
from chipbench.comparison.report import Curves
from chipbench.comparison.report_contents import make_report
from chipbench.comparison.report_files import write_pages
from chipbench.comparison.rooflines import rooflines
from chipbench.measure.recorded_run import RecordedRun

USE = {
    "peak_tflops": 0.4,
    "memory_bandwidth_gb_per_s": 20.0,
    "achieved_tflops": 0.05,
    "operational_intensity_flop_per_byte": 8.0,
    "roofline_tflops": 0.16,
    "roofline_percent": 31.25,
}


def under_a_ceiling(*overrides: str, **metrics: float) -> RecordedRun:
    made = mine(*overrides)
    tags = {**made.tags, "roofline_binds": "memory"}
    return replace(made, tags=tags, metrics={**made.metrics, **USE, **metrics})


def test_a_training_stands_under_the_ceiling_that_binds_it(tmp_path: Path) -> None:
    table = rooflines(sort_runs([under_a_ceiling(), under_a_ceiling("batch_size=64")]), tmp_path)
    assert table is not None and len(table.rows) == 2
    texts = [cell.text for cell in table.rows[0].cells]
    assert texts[0] == "Mine" and texts[1] == "TinyVGG, batch 32, TensorFlow"
    assert texts[-3:] == ["0.160 TFLOP/s", "31.2 %", "memory"]
    assert "lower bound" in table.notes[0]
    (chart,) = table.charts
    assert chart.path.is_file() and isinstance(chart.numbers, Curves)
    ceiling, *points = chart.numbers.lines.values()
    assert list(ceiling) == [(4.0, 80.0), (20.0, 400.0), (40.0, 400.0)], (
        "it bends at peak / bandwidth"
    )
    assert points == [[(8.0, pytest.approx(50.0))]] * 2


def test_where_no_ceiling_is_known_there_is_no_table(tmp_path: Path) -> None:
    assert rooflines(sort_runs([*published_recorded(), mine()]), tmp_path) is None


def test_the_page_and_the_markdown_have_it(tmp_path: Path) -> None:
    runs = [*published_recorded(), under_a_ceiling()]
    report = make_report(tmp_path, sort_runs(runs), runs, no_histories, HERE)
    write_pages(tmp_path, report)
    assert embedded(report)["charts"]["roofline.png"]["logarithmic"] is True
    assert 'data-chart="roofline.png"' in (tmp_path / "report.html").read_text()
    assert "](roofline.png)" in (tmp_path / "report.md").read_text()
