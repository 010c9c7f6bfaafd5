"""The results that came with chipbench: the project's own, written by its own `share`."""

from importlib.resources import files
from pathlib import Path

import pytest

from chipbench.comparison.run_consistency import contradiction
from chipbench.sharing import believed_runs
from chipbench.sharing.shared_file_reading import read_shared

FOLDER = Path(str(files("chipbench.published").joinpath("shared")))
SHIPPED = sorted(FOLDER.iterdir())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_file_that_came_with_chipbench_is_believed(path: Path) -> None:
    runs = read_shared(path)
    assert runs
    for run in runs:
        assert contradiction(run.recorded()) is None
        assert run.recorded().is_shared
        assert run.result.status == "completed"


def test_each_of_their_runs_is_shipped_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(believed_runs, "_SHIPPED", "shared")
    digests = [run.digest for run in believed_runs.shipped()]
    assert sorted(digests) == sorted({run.digest for path in SHIPPED for run in read_shared(path)})
