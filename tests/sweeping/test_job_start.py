import json
import sys
from pathlib import Path

import pytest

from chipbench import hardware
from chipbench.ground.forks import Fork
from chipbench.ground.processes import Child
from chipbench.sweeping import job_start
from chipbench.sweeping.plan import Job

MANUAL = ("method=final_cut_manual", "codec=h264", "export_time_s=100", "tracking=none")


@pytest.mark.parametrize("safe", [True, False])
def test_a_job_is_forked_where_that_is_safe_and_says_which(
    safe: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if safe and sys.platform != "linux":
        pytest.skip("nothing is forked here")
    monkeypatch.setattr(hardware, "forks_safely", lambda: safe)
    try:
        with job_start.start("export", Job(0, MANUAL, 1), tmp_path / "run", {}, 120) as process:
            assert isinstance(process, Fork if safe else Child)
            assert process.ended().code == 0
    finally:
        job_start.close()
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["tags"]["process"] == ("forked" if safe else "cold")


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (("epochs=2",), ["save_model=false", "epochs=2"]),
        (("save_model=true", "epochs=2"), ["save_model=true", "epochs=2"]),
    ],
    ids=["not given", "given"],
)
def test_a_jobs_model_is_kept_only_where_that_is_asked_for(
    overrides: tuple[str, ...],
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(hardware, "forks_safely", lambda: False)
    monkeypatch.setattr(job_start, "Child", lambda command, **_: commands.append(command))
    job_start.start("train", Job(0, overrides, 1), tmp_path, {}, None)
    ((_, _, _, *given, folder),) = commands
    assert given == words and str(tmp_path) in folder
