"""Where results are looked for."""

import os
from pathlib import Path

import pytest
from support.shared_results import result

from chipbench.ground.errors import ConfigurationError
from chipbench.sharing.result_folders import results_of, shared_files
from chipbench.tracking.delivery_state import DeliveryState, write_state


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Of a run, then of a sweep's two jobs, the second of which was tried twice."""
    for age, name in enumerate(("b/jobs/001.1", "b/jobs/002.1", "b/jobs/002.2", "a", "c/.hydra")):
        folder = tmp_path / "outputs" / name
        folder.mkdir(parents=True)
        if not name.endswith(".hydra"):
            result().write(folder / "result.json")
            os.utime(folder / "result.json", (1000 - age, 1000 - age))
    return tmp_path / "outputs"


def names(outputs: Path, paths: list[Path]) -> list[str]:
    return [path.parent.relative_to(outputs).as_posix() for path in paths]


def test_the_last_is_the_whole_sweep_that_a_job_is_of(outputs: Path) -> None:
    assert names(outputs, results_of("last", outputs)) == ["b/jobs/001.1", "b/jobs/002.2"]
    os.utime(outputs / "a" / "result.json", (2000, 2000))
    assert names(outputs, results_of("last", outputs)) == ["a"]


def test_tries_for_the_largest_batch_are_no_results(outputs: Path) -> None:
    (outputs / "b" / "limits.csv").touch()
    assert names(outputs, results_of("last", outputs)) == ["a"]
    assert names(outputs, shared_files(outputs)) == ["a"]
    (outputs / "b" / "journal.jsonl").touch()
    write_state(outputs / "b" / "journal.jsonl", DeliveryState(run_id="0f" * 16))
    for runs in (str(outputs / "b"), "0f" * 16, str(outputs / "b" / "jobs" / "001.1")):
        with pytest.raises(ConfigurationError, match="no result of its own to share; measure at"):
            results_of(runs, outputs)


def test_a_run_is_found_by_the_id_that_its_store_gave_it(outputs: Path) -> None:
    journal = outputs / "a" / "journal.jsonl"
    journal.touch()
    write_state(journal, DeliveryState(run_id="0f" * 16))
    assert names(outputs, results_of("0f" * 16, outputs)) == ["a"]
    with pytest.raises(ConfigurationError, match="no run of this id in outputs/"):
        results_of("1e" * 16, outputs)


def test_a_folder_has_results_and_shared_files_alone(outputs: Path) -> None:
    (outputs / "a" / "chipbench-x.json").write_text("{}")
    (outputs / "a" / "machine.json").write_text("{}")
    (outputs / "a" / "chipbench-y.json").symlink_to("chipbench-x.json")
    found = [path.name for path in shared_files(outputs / "a")]
    assert found == ["chipbench-x.json", "chipbench-y.json", "result.json"]
    with pytest.raises(ConfigurationError, match="at any depth$"):
        shared_files(outputs / "c")


def test_a_path_that_leads_nowhere_is_said_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="^files=.*/nowhere: no such file or folder$"):
        shared_files(tmp_path / "nowhere")
