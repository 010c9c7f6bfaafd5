"""MLflow's own pages, on a real server and in a real browser: they are part of the product."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from mlflow import MlflowClient
from playwright.sync_api import Page, sync_playwright
from support.store_fixtures import shared_tracking_server

from chipbench.tracking.client import TRAINING_VIEW
from chipbench.tracking.saved_views import BENCHMARKS, RUNS, VIEWS

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
_QUIET = "gpu quic background-networking component-update sync"


@pytest.fixture(scope="session")
def server(session_folder: Path, published_database: Path) -> str:
    """The address of an MLflow server on loopback that holds the published results."""

    def database(folder: Path) -> str:
        return f"sqlite:///{shutil.copy(published_database, folder / 'store.db')}"

    return shared_tracking_server(session_folder, "published_server", database).uri


def page_text(url: str, folder: Path) -> str:
    """The page as Chromium renders it; its picture is left in `folder`."""
    flags = [f"--disable-{name}" for name in _QUIET.split()]
    common = [str(CHROMIUM), "--headless", "--no-sandbox", "--no-first-run", *flags]
    common += ["--window-size=1400,1300", "--virtual-time-budget=30000"]
    common += [f"--user-data-dir={folder / 'profile'}"]
    done = subprocess.run(
        [*common, f"--screenshot={folder / 'page.png'}", "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.stdout


def run_id_of(client: MlflowClient, experiment: str, name: str) -> str:
    runs = client.search_runs([experiment], max_results=1000)
    return next(run.info.run_id for run in runs if run.info.run_name == name)


def test_two_machines_and_their_epochs_are_shown_side_by_side(server: str, tmp_path: Path) -> None:
    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("chipbench").experiment_id
    names = [
        "NVIDIA Tesla K80 · tinyvgg_cifar10 · b32",
        "Apple M1 Max 32-core GPU · efficientnetb0_food101 · b32",
    ]
    runs = "[" + ",".join(f'"{run_id_of(client, experiment, name)}"' for name in names) + "]"
    query = f"runs={quote(runs)}&experiments={quote(f'[{chr(34)}{experiment}{chr(34)}]')}"
    text = page_text(f"{server}/#/compare-runs?{query}", tmp_path)
    for name in names:
        assert name in text
    assert "epoch_total_time_s" in text
    assert "958.951" in text
    assert (tmp_path / "page.png").stat().st_size > 20_000


@pytest.mark.parametrize("page", ["experiments", "runs", "run"])
def test_a_page_opens_in_the_view_for_training(page: str, server: str, tmp_path: Path) -> None:
    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("chipbench").experiment_id
    run_id = run_id_of(client, experiment, "NVIDIA Tesla K80 · tinyvgg_cifar10 · b32")
    path = {
        "experiments": "experiments",
        "runs": f"experiments/{experiment}/runs",
        "run": f"experiments/{experiment}/runs/{run_id}",
    }[page]
    text = page_text(f"{server}/#/{path}{TRAINING_VIEW}", tmp_path)
    assert "tinyvgg_cifar10" in text or page == "experiments"
    for entry in ("Evaluation runs", "Prompts", "Judges"):
        assert entry not in text


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser.new_page(viewport={"width": 1400, "height": 900})
        browser.close()


def experiment_of(server: str) -> str:
    return MlflowClient(server).get_experiment_by_name("chipbench").experiment_id


def test_the_views_are_listed_and_begin_with_machine_and_time(server: str, page: Page) -> None:
    page.goto(f"{server}/{RUNS.address(experiment_of(server))}")
    page.get_by_text("viewing a shared view").wait_for()
    page.locator("[col-id='tags.`chipbench.machine_name`'][role=columnheader]").wait_for()
    order = page.evaluate(
        "[...document.querySelectorAll('.ag-header-cell[col-id]')]"
        ".sort((a, b) => a.ariaColIndex - b.ariaColIndex).map(cell => cell.getAttribute('col-id'))"
    )
    machine = order.index("tags.`chipbench.machine_name`")
    following = ["metrics.`total_time_s`", "tags.`chipbench.experiment`"]
    assert order[machine + 1 : machine + 3] == following
    page.get_by_role("button", name=RUNS.name).click()
    for view in VIEWS:
        page.get_by_role("dialog").or_(page.get_by_role("menu")).get_by_text(view.name).wait_for()


def test_benchmarks_are_groups_of_their_machines(server: str, tmp_path: Path) -> None:
    text = page_text(f"{server}/{BENCHMARKS.address(experiment_of(server))}", tmp_path)
    assert "viewing a shared view" in text
    assert "Group: " in text and "tinyvgg_cifar10" in text
    assert "How fast machines train and export" in text


def test_a_benchmarks_view_draws_a_bar_for_each_machine(server: str, page: Page) -> None:
    (tiny,) = [view for view in VIEWS if view.short == "TinyVGG"]
    page.goto(f"{server}/{tiny.address(experiment_of(server))}")
    page.get_by_text("How fast", exact=True).wait_for()
    bars = page.locator(".plotly .barlayer").first.locator(".point")
    bars.nth(6).wait_for()
    assert bars.count() == 7
    assert "7 matching runs" in page.inner_text("body")
