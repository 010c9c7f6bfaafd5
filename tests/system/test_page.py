"""`report.html` as a reader meets it: in Chromium, narrow and wide, light and dark, on paper."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from filelock import FileLock
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from support.published_store import HERE, mine, published_recorded

from chipbench.comparison.certainty import certainty
from chipbench.comparison.grouping import sort_runs
from chipbench.comparison.price_answers import worth
from chipbench.comparison.report_contents import make_report
from chipbench.comparison.report_files import write_pages
from chipbench.measure.recorded_run import RecordedRun
from chipbench.measure.statistics import Ratio

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
WIDTHS = (360, 800, 1400)
M1_MAX, M1_PRO = "Apple M1 Max 32-core GPU", "Apple M1 Pro 14-core GPU"
at_each_width = pytest.mark.parametrize(
    "opened", [{"width": width} for width in WIDTHS], indirect=True, ids=[*map(str, WIDTHS)]
)
HOSTILE = (
    "</script><script>window.hit=1</script><img src=http://127.0.0.1:9/x onerror=window.hit=1>"
)


def histories(wanted: Sequence[tuple[str, str]]) -> list[list[tuple[int, float, int]]]:
    """A series for the runs that were measured."""
    series = [(step, 5.0 + step % 3, 1000 * step) for step in range(1, 11)]
    return [[] if run_id.startswith("p") else series for run_id, _ in wanted]


def own_runs() -> list[RecordedRun]:
    """This machine and another with repeats, one on generated data, and one with hostile names."""
    series = {"epoch_time_s": 5.0, "val_accuracy": 0.5, "system/cpu_utilization_percentage": 50.0}
    other = {"machine": "Other", "here": "another"}
    runs = [mine(time_s=t) for t in (68.0, 70.0, 71.0)]
    runs += [mine(time_s=t, **other) for t in (60.0, 63.0)]
    runs.append(mine("dataset.source=generated", machine="Third", here="third", time_s=50.0))
    runs.append(mine(machine=HOSTILE, here=HOSTILE, time_s=90.0))
    return [replace(run, metrics=run.metrics | series) for run in runs]


@pytest.fixture(scope="session")
def page_file(session_folder: Path) -> Path:
    """Written once for all test processes."""
    folder = session_folder / "page"
    page = folder / "report.html"
    with FileLock(f"{folder}.lock"):
        if not page.exists():
            folder.mkdir(exist_ok=True)
            runs = [*published_recorded(), *own_runs()]
            write_pages(folder, make_report(folder, sort_runs(runs), runs, histories, HERE))
    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM)
        yield started
        started.close()


@dataclass
class Opened:
    """A page, and what it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser, page_file: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """The page at a width, with a colour scheme and with or without JavaScript."""
    options = {"width": 1400, "scheme": "light", "scripts": True} | getattr(request, "param", {})
    context = browser.new_context(
        viewport={"width": options["width"], "height": 900},
        color_scheme=options["scheme"],
        java_script_enabled=options["scripts"],
    )
    found = Opened(context.new_page())
    found.page.on("request", lambda asked: found.requests.append(asked.url))
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on("console", lambda line: found.errors.append(line.text))
    found.page.goto(page_file.as_uri())
    yield found
    context.close()


def unfold(page: Page) -> None:
    """Open all that is folded, and draw every chart."""
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.evaluate("document.querySelectorAll('figure').forEach(figure => draw(figure))")


def speeds(page: Page, column: int) -> dict[str, str]:
    """By machine, what the first table's cells say of a benchmark."""
    rows = page.locator(f"#machines td[data-column='{column}'] span")
    names = page.locator(f"#machines tr:has(td[data-column='{column}']) th").all_inner_texts()
    machines = [name.splitlines()[0] for name in names]
    return dict(zip(machines, rows.all_inner_texts(), strict=True))


def row_of(page: Page, machine: str) -> Locator:
    """The first table's row of exactly this machine."""
    names = page.locator("#machines tbody th").all_inner_texts()
    (number,) = [n for n, name in enumerate(names) if name.splitlines()[0] == machine]
    return page.locator("#machines tbody tr").nth(number)


def column_of(page: Page, short: str) -> int:
    return page.evaluate(f"summary.columns.findIndex(column => column.short === '{short}')")


def line_of(page: Page, machine: str) -> str:
    found = page.evaluate("name => summary.lines.findIndex(line => line.machine === name)", machine)
    return str(found)


@at_each_width
def test_nothing_overflows_and_nothing_is_asked_for(opened: Opened, page_file: Path) -> None:
    unfold(opened.page)
    width = opened.page.viewport_size["width"]
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    wide = opened.page.evaluate(
        "width => [...document.querySelectorAll('body *')]"
        ".filter(part => !part.closest('.wide, svg, .unseen'))"
        ".filter(part => part.getBoundingClientRect().right > width + 1)"
        ".map(part => part.outerHTML)",
        width,
    )
    assert wide == []
    assert opened.requests == [page_file.as_uri()]
    assert opened.errors == []


@at_each_width
def test_a_table_fits_or_says_that_it_goes_on(opened: Opened) -> None:
    page = opened.page
    frame = page.locator(".wide", has=page.locator("#machines"))
    hint = page.locator("section[aria-labelledby=summary] .sideways")
    fits = frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    assert fits == (page.viewport_size["width"] == 1400)
    hint.wait_for(state="hidden" if fits else "visible")
    if not fits:
        assert frame.evaluate("frame => frame.classList.contains('more')")
        frame.evaluate("frame => { frame.scrollLeft = frame.scrollWidth; }")
        page.locator(".wide.begun:not(.more) #machines").wait_for()
        name = page.locator("#machines tbody th").first.bounding_box()
        assert name is not None and 0 <= name["x"] < 20, "the machine's name stays"


def test_on_paper_no_column_is_cut_off(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    opened.page.set_viewport_size({"width": 1046, "height": 718})  # A4 across, with its margins
    assert opened.page.locator("#machines thead th").count() == 15
    width = opened.page.evaluate(
        "document.getElementById('machines').getBoundingClientRect().right"
    )
    assert width <= 1046


@pytest.mark.parametrize(
    "opened",
    [{"width": width, "scheme": scheme} for width in WIDTHS for scheme in ("light", "dark")],
    indirect=True,
    ids=lambda options: f"{options['width']}-{options['scheme']}",
)
def test_axe_finds_no_serious_fault(opened: Opened) -> None:
    unfold(opened.page)
    opened.page.wait_for_function("document.querySelectorAll('figure svg[role=img]').length > 3")
    # By evaluation, which the page's own policy does not bind.
    found = Axe().run(opened.page).response["violations"]
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in serious] == []


def test_another_baseline_gives_the_ratios_that_python_gives(
    opened: Opened, tmp_path: Path
) -> None:
    page, runs = opened.page, [*published_recorded(), *own_runs()]
    column = column_of(page, "TinyVGG")
    assert speeds(page, column)[M1_MAX] == "=1.16×"
    for name, machine in (("Other", "Other"), (M1_PRO, "m1_pro_mbp_14_2021")):
        page.select_option("#baseline", line_of(page, name))
        report = make_report(tmp_path, sort_runs(runs, machine), runs, histories, HERE)
        assert report.summary is not None
        (key,) = [c.key for c in report.summary.columns if c.short == "TinyVGG"]
        for line in report.summary.lines:
            known = line.standings.get(key)
            if known is None or known.speed is None:
                continue
            found = page.evaluate(
                "([line, column]) => speedOf(line, column)",
                [line_of(page, line.machine), column],
            )
            expected = known.speed
            if line.machine != name:  # the baseline's own cell says 1 and no more
                mark = certainty(expected).mark
                assert speeds(page, column)[line.machine] == f"{mark}{expected.value:.2f}×"
            assert found["value"] == pytest.approx(expected.value)
            for bound in ("low", "high"):
                assert found.get(bound) == pytest.approx(getattr(expected, bound))


def test_where_the_chosen_baseline_took_no_part_the_benchmarks_own_stays(opened: Opened) -> None:
    page = opened.page
    before = speeds(page, column_of(page, "ProRes 4 h"))
    said = page.locator("#apart")
    assert said.inner_text() == ""
    page.select_option("#baseline", line_of(page, "Mine"))
    assert speeds(page, column_of(page, "ProRes 4 h")) == before
    assert "Mine took no part in these, whose baseline is still their own: H.264 4 h" in (
        said.inner_text()
    )
    assert "TinyVGG" not in said.inner_text()
    page.select_option("#baseline", "")
    assert said.inner_text() == ""


def test_another_baseline_changes_no_heads_width(opened: Opened) -> None:
    page = opened.page
    page.select_option("#focus", label="EfficientNetB0")
    page.select_option("#baseline", line_of(page, M1_PRO))
    head = page.locator("#per-money")
    inside = head.evaluate("head => head.scrollWidth <= head.clientWidth")
    assert inside and head.locator("wbr").count() == 1


def test_the_first_view_is_what_the_scripts_would_show(opened: Opened) -> None:
    page = opened.page
    classes = "[...document.querySelectorAll('#machines td')].map(d => [...d.classList].sort())"
    before, first = page.locator("#machines tbody").inner_html(), page.evaluate(classes)
    page.evaluate("showSpeeds()")
    assert page.evaluate(classes) == first
    after = page.locator("#machines tbody").inner_html()
    plain = re.compile(r' (?:data-value|class)="[^"]*"')
    assert plain.sub("", after) == plain.sub("", before)
    assert opened.errors == []


def test_tables_are_sorted_by_numbers_with_the_unknown_last(opened: Opened) -> None:
    page = opened.page
    head = page.locator("#machines thead th", has_text="EfficientNetB0").last
    for order in ("descending", "ascending"):  # the fastest first
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == order
        column = column_of(page, "EfficientNetB0")
        values = page.evaluate(
            "column => [...document.querySelectorAll('#machines tbody tr')].map(row => "
            "row.querySelector(`[data-column='${column}']`)?.dataset.value ?? '')",
            column,
        )
        known = [float(value) for value in values if value]
        assert len(known) == 8 and values[: len(known)] == [v for v in values if v]
        assert known == sorted(known, reverse=order == "descending")


def test_machines_are_filtered_by_name_and_kind(opened: Opened) -> None:
    page = opened.page
    shown = page.locator("#machines tbody tr:visible")
    everything = shown.count()
    page.fill("#filter", "m1 max")
    assert 2 <= shown.count() < everything
    assert all("m1 max" in row.lower() for row in shown.all_inner_texts())
    page.fill("#filter", "")
    page.uncheck("#published")
    names = shown.locator("th").all_inner_texts()
    assert 0 < len(names) < everything and "Mine\nthis machine" in names
    assert not any("Apple" in name for name in names)


def test_a_budget_hides_what_it_does_not_pay_for_and_names_the_fastest(opened: Opened) -> None:
    page = opened.page
    page.fill("#budget", "2000")
    text = page.locator("#affordable").inner_text()
    assert text.startswith("Fastest for 2,000 USD or less: H.264 4 h: Apple M1 8-core GPU (3,009 s")
    assert f"EfficientNetB0: {M1_PRO} (1,486 s, 1,999 USD)" in text
    names = page.locator("#machines tbody tr:visible th").all_inner_texts()
    assert len(names) == 6 and not any(M1_MAX in name for name in names)
    page.fill("#budget", "1")
    assert "TinyVGG: NVIDIA Tesla K80 (167 s, free)" in page.locator("#affordable").inner_text()
    page.fill("#budget", "")
    assert page.locator("#machines tbody tr:visible").count() > 10


def test_price_is_held_against_the_benchmark_that_is_chosen(opened: Opened) -> None:
    page = opened.page
    money = row_of(page, M1_PRO).locator(".money")
    assert money.inner_text() == "0.71"
    page.select_option("#focus", label="CreateML")
    assert money.inner_text() == "1.20"
    assert "CreateML" in page.locator("#per-money").inner_text()


def test_a_cell_says_its_interval_when_pointed_at_and_by_the_keyboard(opened: Opened) -> None:
    page, detail = opened.page, opened.page.locator("#detail")
    page.select_option("#baseline", line_of(page, "Other"))
    cell = page.locator("#machines tr.here td.speed").first
    cell.hover()
    assert re.search(
        r"^Mine, TinyVGG: 69\.7 s, 3 runs\. .* Interval 0\.\d+ to", detail.inner_text()
    )
    cell.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert detail.inner_text().startswith("Other, TinyVGG: 61.5 s, 2 runs. The baseline.")
    page.select_option("#baseline", line_of(page, "Mine"))
    assert "times as fast as Mine (69.7 s)" in detail.inner_text(), "it is of today's baseline"
    assert page.locator("#machines td.shown").count() == 1
    row_of(page, M1_MAX).locator("td.speed").first.hover()
    assert "Likely, not proven: single runs" in detail.inner_text()
    row_of(page, "Third").locator("td.speed").first.hover()
    assert "generated data: an indication" in detail.inner_text()


def test_a_cells_words_stand_where_the_cell_is(opened: Opened) -> None:
    page = opened.page
    cell = page.locator("#machines tr.here td.speed").first
    cell.click()
    shown = page.locator("#detail").bounding_box()
    assert shown is not None and page.viewport_size is not None
    assert shown["y"] > 0 and shown["y"] + shown["height"] <= page.viewport_size["height"]


@at_each_width
def test_the_first_screen_says_who_is_fastest_and_how_sure_that_is(opened: Opened) -> None:
    page = opened.page
    row = page.locator(".half tr", has_text="EfficientNetB0").first
    text = " ".join(row.inner_text().split())
    assert text == (
        "EfficientNetB0 large network NVIDIA TITAN RTX 24 GB or NVIDIA GeForce RTX 3080 Laptop "
        "GPU 16 GB, 553 s 464 s too close to tell 1.19× to the next"
    )
    row = page.locator(".half tr", has_text="H.264 4 h").first
    for shown in (page.get_by_text("Nothing is proven").first, row):
        box = shown.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 900


def test_two_machines_are_held_against_each_other(opened: Opened) -> None:
    page, verdict = opened.page, opened.page.locator("#verdict")
    assert verdict.inner_text() == (
        "1,300 USD more, 1.65 times as much: not worth it for 6 of these 7; perhaps for "
        "EfficientNetB0 (large network)."
    )
    rows = {
        row.split("\t")[0].split()[0]: row.split("\t")[3:]
        for row in page.locator("#pair tbody tr").all_inner_texts()
    }
    assert rows["TinyVGG"] == ["no", "1.12× too close to tell"]
    assert rows["EfficientNetB0"] == ["perhaps", "1.55× likely faster"]
    price = 3299 / 1999
    found = page.evaluate(
        "price => [2.5, 2.1, 1.9, 1.5, 1.19, 0.5].map(value => worth({ value }, price))", price
    )
    assert found == [worth(Ratio(gain), price) for gain in (2.5, 2.1, 1.9, 1.5, 1.19, 0.5)]
    page.select_option("#one", line_of(page, M1_PRO))
    assert verdict.inner_text() == "That is one machine."
    page.select_option("#other", line_of(page, "Apple M1 8-core GPU"))
    assert ": worth it for ProRes 4 h (video), ProRes 10 min (video), " in verdict.inner_text()
    slower = page.locator("#pair tr", has_text="H.264 4 h").inner_text()
    assert slower.endswith("no\t0.42× likely slower")
    page.select_option("#one", line_of(page, "Other"))
    page.select_option("#other", line_of(page, "Mine"))
    assert "price of one of them is not known" in verdict.inner_text()
    assert page.locator("#pair tbody tr").count() == 1
    page.select_option("#one", line_of(page, "NVIDIA A100"))
    assert verdict.inner_text() == "No benchmark has both of them."
    assert not page.locator("#pair table").is_visible()
    assert opened.errors == []


@at_each_width
def test_the_tables_head_stays_in_sight(opened: Opened) -> None:
    page = opened.page
    frame = page.locator(".wide.fits, .wide.more", has=page.locator("#machines"))
    frame.evaluate("""frame => {
        frame.scrollIntoView();
        (frame.matches(".fits") ? document.documentElement : frame).scrollBy(0, 300);
    }""")
    head, first = (page.locator(f"#machines {part} th").first for part in ("thead", "tbody"))
    heights = [part.bounding_box() for part in (frame, head, first)]
    frame_y, head_y, row_y = (box["y"] for box in heights if box is not None)
    assert head_y == pytest.approx(max(0, frame_y), abs=2), "at the page's edge, or its frame's"
    assert row_y < head_y, "the rows are scrolled"


def test_charts_are_drawn_with_their_numbers_beside_them(opened: Opened) -> None:
    page = opened.page
    unfold(page)
    section = page.locator("section", has=page.get_by_role("heading", name="TinyVGG on CIFAR-10"))
    titles = section.locator("figcaption").all_inner_texts()
    assert titles[:4] == [
        "Time per machine",
        "Time per epoch",
        "Learning curve",
        "Utilisation over time",
    ]
    first = section.locator("figure").first
    assert first.locator("svg[role=img] circle").count() == 5  # the repeats of two machines
    assert first.locator("table tbody tr").count() == 10
    assert "NVIDIA GeForce RTX 3080 Laptop GPU 16 GB (published)" in (
        first.locator("svg").text_content() or ""
    )
    ticks = section.locator("figure").nth(2).locator("svg text").all_text_contents()
    assert {"1", "2", "10"} <= set(ticks) and not {"1.5", "1e+1"} & set(ticks)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    undrawn = page.evaluate("document.querySelectorAll('figure:not(:has(svg))').length")
    assert undrawn == 0


@pytest.mark.parametrize("opened", [{"scripts": False}], indirect=True, ids=["no-scripts"])
def test_it_reads_without_javascript(opened: Opened) -> None:
    text = opened.page.locator("main").inner_text()
    assert "2.21×" in text and "What it says" in text and "958.95 s" in text
    assert not opened.page.locator(".controls").is_visible()
    assert not opened.page.locator("#pair").is_visible()
    assert not opened.page.locator("figure").first.is_visible()


def test_a_strangers_name_stays_text(opened: Opened) -> None:
    unfold(opened.page)
    page = opened.page
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert HOSTILE in page.locator("#machines").inner_text()
    page.locator("#machines tr", has_text="window.hit").locator("td.speed").hover()
    assert page.locator("#detail").inner_text().startswith(HOSTILE)
    assert opened.errors == []
