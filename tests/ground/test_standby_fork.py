import json
import os
import signal
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")


def ended(folder: Path, *words: str) -> list[int]:
    command = [sys.executable, "-m", "support.standby_program", str(folder), *words]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    codes: list[int] = json.loads(process.stdout)
    return codes


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the programs of this folder find `support` and chipbench."""
    places = (Path(__file__).parents[1], Path(__file__).parents[2] / "src")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, places)))


def test_it_becomes_the_program_with_what_that_is_given_and_nothing_else(tmp_path: Path) -> None:
    assert ended(tmp_path, "a word") == [7, 7]
    said = literal_eval((tmp_path / "output").read_text())
    folder = str(tmp_path)
    assert said == ["a word", "given", "by this", None, folder, os.nice(0) + 5, True]


def test_one_that_is_terminated_tells_the_signal(tmp_path: Path) -> None:
    assert ended(tmp_path, "killed") == [-signal.SIGTERM, -signal.SIGTERM]
