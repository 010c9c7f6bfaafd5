from pathlib import Path

import pytest
from support.journals import example

from chipbench.tracking import undelivered as module
from chipbench.tracking.undelivered import runs_that_wait, undelivered


def test_what_no_store_has_is_counted_and_what_is_still_written_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert undelivered(tmp_path / "nowhere") == (0, 0)
    example(tmp_path / "one")
    example(tmp_path / "deep" / "two")
    assert undelivered(tmp_path) == (2, 0)
    monkeypatch.setattr(module, "writer_is_alive", lambda path: path.parent.name == "two")
    assert undelivered(tmp_path) == (1, 0)


def test_one_run_waits_and_several_wait() -> None:
    assert (runs_that_wait(1), runs_that_wait(2)) == ("1 run waits", "2 runs wait")
