"""A stranger's tags and params through all that `compare` writes, and what fails of it alone."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.recorded_runs import no_histories, run

from chipbench.comparison import charts
from chipbench.comparison.framework_comparison import beside, framework_rows
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.report import Report
from chipbench.comparison.report_contents import make_report
from chipbench.comparison.report_files import write_pages
from chipbench.comparison.terminal_report import print_comparison
from chipbench.comparison.tidy_tables import run_rows, table_rows
from chipbench.ground.csv_file import write_table
from chipbench.measure.fingerprint import fingerprint
from chipbench.measure.recorded_run import RecordedRun

TAGS = (
    "os",
    "device",
    "optimizer_used",
    "data_source",
    "caveats",
    "price_usd",
    "driver",
    "encoder",
)
PARAMS = ("batch_size", "epochs", "dataset.image_size", "protocol.cache_gb", "seed", "backend.name")
TEXTS = [
    "[bold red]x[/]",
    "[/]",
    "[link=http://x]y[/link]",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\u202egnp.exe",
    "\x00",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "{% raw %}",
    "a|b\n|---|\n# heading",
    "![x](http://x)",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "$x^{$",
    r"$\frac$",
    "_hidden",
    "../../etc/passwd",
    "\ud800",
    "²",
    "9" * 5000,
    "-" + "9" * 5000,
    "1e999",
    "nan",
    "x" * 100_000,
    "",
    " ",
    "None",
    "%s %(x)s {0}",
]


def hostile(text: str) -> RecordedRun:
    """A run with this text wherever a run has text."""
    made = run("Mine", 10.0, experiment=text or "x", **dict.fromkeys(TAGS, text))
    known = made.tags | {"machine_name": text, "machine": text, "machine_fingerprint": text}
    params = dict.fromkeys(PARAMS, text) | {text: text}
    known |= {"fingerprint": fingerprint(params, known), "benchmark_version": "2"}
    return replace(made, name=text, tags=known, params=params, metrics=made.metrics | {text: 1.0})


def written(folder: Path, *runs: RecordedRun) -> Report:
    found = sort_runs(runs)
    report = make_report(folder, found, runs, no_histories)
    write_pages(folder, report)
    write_table(folder / "comparison.csv", run_rows(found))
    write_table(folder / "comparison_rows.csv", table_rows(found))
    write_table(folder / "frameworks.csv", framework_rows(beside(found)))
    print_comparison(report)
    return report


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:20])
def test_a_strangers_text_is_text_in_all_that_is_written(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "draw_bars", lambda *_: None)  # see `test_pictures`
    report = written(tmp_path, run("A", 9.0), hostile(text), replace(hostile(text), run_id="other"))
    assert report.summary is not None and report.summary.lines
    page = (tmp_path / "report.html").read_text()
    assert "<script>alert" not in page and "<img src=x" not in page
    assert page.count("</script") == 8  # the data, and the page's own
    shown = capsys.readouterr().out
    assert all(sign.isprintable() or sign == "\n" for sign in shown)
    markdown = (tmp_path / "report.md").read_text()
    assert all(sign.isprintable() or sign == "\n" for sign in markdown)
    assert "# heading" not in [line.strip() for line in markdown.splitlines()]
    for name in ("comparison.csv", "comparison_rows.csv"):
        with (tmp_path / name).open(newline="", encoding="utf-8") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not any(cell.lstrip().startswith(("=", "@", "+")) for cell in cells)


@settings(
    deadline=None,  # other tests share the processor
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(max_size=40))
def test_any_text_can_be_compared(tmp_path: Path, text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "draw_bars", lambda *_: None)
        written(tmp_path, run("A", 9.0), hostile(text))


def test_a_picture_that_cannot_be_drawn_is_missing_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no font")

    monkeypatch.setattr(charts, "draw_bars", fail)
    report = written(tmp_path, run("A", 9.0), run("B", 10.0))
    assert (tmp_path / "report.html").is_file() and report.sections[0].groups[0].rows
    assert "caution: drawing time per machine" in capsys.readouterr().err


def test_a_history_that_cannot_be_read_is_missing_alone(tmp_path: Path) -> None:
    def away(wanted: Sequence[tuple[str, str]]) -> list[list[tuple[int, float, int]]]:
        raise ConnectionError("the server has gone")

    runs = [run("A", 9.0, metrics={"epoch_time_s": 1.0}), run("B", 10.0)]
    report = make_report(tmp_path, sort_runs(runs), runs, away)
    assert [chart.title for chart in report.sections[0].groups[0].charts] == [
        "time per machine, TinyVGG on CIFAR-10: a small network, 10 epochs"
    ]
