"""What the page is made of, without a browser."""

import base64
import hashlib
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from support.published_store import mine, published_recorded
from support.recorded_runs import no_histories

from chipbench.comparison.article_claims import ARTICLE
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.page_data import embedded
from chipbench.comparison.report import Chart, Curves, Report, Section, Table
from chipbench.comparison.report_contents import make_report
from chipbench.comparison.report_files import write_pages
from chipbench.published.benchmark_words import words_of

LIBRARIES = files("chipbench.comparison") / "libraries"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report on the published results."""
    made = tmp_path_factory.mktemp("report")
    runs = published_recorded()
    write_pages(made, make_report(made, sort_runs(runs), runs, no_histories))
    return made


def test_the_libraries_are_those_whose_sums_are_written_down() -> None:
    table = (LIBRARIES / "README.md").read_text()
    scripts = [path for path in LIBRARIES.iterdir() if path.name.endswith(".js")]
    assert len(scripts) == 2
    for script in scripts:
        digest = hashlib.sha256(script.read_bytes()).hexdigest()
        (row,) = [line for line in table.splitlines() if line.startswith(f"| `{script.name}`")]
        assert digest in row
        assert "ISC" in row and (LIBRARIES / script.name.replace("min.js", "LICENSE")).is_file()


def test_no_script_runs_but_those_of_the_page(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src &#39;none&#39;")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 7
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy.replace("&#43;", "+")
    assert policy.count("sha256-") == 7


def test_the_summary_is_in_the_markdown_as_well(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    (row,) = [x for x in text.splitlines() if x.startswith("| Apple M1 Max 32-core GPU | (pub")]
    assert "| 3,299 USD |" in row and "2.21× (959 s)" in row
    (head,) = [x for x in text.splitlines() if x.startswith("| machine | source")]
    assert row.count("|") == head.count("|")
    assert "### Which is fastest?" in text
    (fastest,) = [line for line in text.splitlines() if line.startswith("| H.264 4 h |")]
    assert fastest == (
        "| H.264 4 h | AMD Radeon Pro 5500M 8 GB | 1,986 s | Apple M1 8-core GPU | 1.52 | "
        "likely, not proven |"
    )
    assert text.index("**How sure:**") < text.index("## How fast each machine is")


def test_a_reader_sees_what_each_benchmark_is_compared_with(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert "NVIDIA Tesla K80 (for TinyVGG, EfficientNetB0); NVIDIA TITAN RTX 24 GB (for" in page
    assert "The baseline is NVIDIA Tesla K80: time / baseline below 1 is faster." in page
    assert "Sorted by EfficientNetB0, measured ones first." in page
    assert "on mains power, 4 hours of film." in page


def test_the_articles_advice_is_led_to_and_not_made_up(folder: Path) -> None:
    for name in ("report.html", "report.md"):
        text = (folder / name).read_text()
        assert ARTICLE in text and "which one to buy: three machines, a sentence each" in text


def test_the_benchmarks_have_titles_in_words_in_the_articles_order(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    heads = [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]
    titles = [words_of(name).title for name in ("export_large_h264", "createml_food101_10pct",
              "tinyvgg_cifar10", "efficientnetb0_food101", "resnet50_cifar100")]  # fmt: skip
    assert [head for head in heads if head in titles] == titles


def test_what_is_no_number_has_no_place_on_a_chart(tmp_path: Path) -> None:
    points = [(float(x), float("nan") if x % 2 else float(x)) for x in range(1001)]
    chart = Chart("c", "d", tmp_path / "c.png", Curves("x", "y", {"A": points}))
    table = Table("t", (), (), charts=(chart,))
    found = embedded(Report("", (Section(words_of("b"), (table,)),)))
    shown = found["charts"]["c.png"]["lines"][0]["points"]
    assert len(shown) <= 151 and shown[0] == (0.0, 0.0) and shown[-1] == (1000.0, 1000.0)
    assert all(y == x for x, y in shown)


@pytest.mark.parametrize(("basis", "columns"), [({}, 0), ({"energy_basis": "gpu_board"}, 1)])
def test_joules_have_a_column_where_it_is_known_what_they_are_of(
    basis: dict[str, str], columns: int, tmp_path: Path
) -> None:
    own = mine()
    own = replace(own, tags=own.tags | basis, metrics=own.metrics | {"energy_j": 500.0})
    runs = [*published_recorded(), own]
    write_pages(tmp_path, make_report(tmp_path, sort_runs(runs), runs, no_histories))
    assert (tmp_path / "report.html").read_text().count('id="energy"') == columns
