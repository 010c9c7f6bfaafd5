"""MLflow's own pages, on a real server and in a real browser: they are part of the product."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest
from mlflow import MlflowClient
from support.store_fixtures import shared_tracking_server

from chipbench.tracking.client import TRAINING_VIEW
from chipbench.tracking.experiment_page import MACHINES, table_address

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


def test_the_saved_table_opens_with_its_groups_and_the_description(
    server: str, tmp_path: Path
) -> None:
    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("chipbench").experiment_id
    text = page_text(f"{server}/{table_address(experiment, MACHINES)}", tmp_path)
    assert "viewing a shared view" in text
    assert "chipbench.experiment" in text  # what the runs are grouped by
    assert "How fast machines train and export" in text
