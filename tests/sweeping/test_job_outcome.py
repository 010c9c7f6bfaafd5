import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping.job_outcome import (
    DONE,
    MISSING,
    Outcome,
    attempts,
    next_attempt,
    outcome_of,
)
from chipbench.sweeping.plan import read_plan

RESULT = {"end": "completed", "reason": None, "metrics": {"total_time_s": 1.0}, "benchmark": "b"}
DAMAGES: list[str] = ["", "{", "[]", "{}", "3", "null", '{"what": 3}', "[" * 100_000]


def place(folder: Path, name: str, text: str) -> None:
    path = folder / "jobs" / "000.1" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("name", ["result.json", "outcome.json"])
@pytest.mark.parametrize(
    "text",
    [
        *DAMAGES,
        json.dumps(RESULT | {"metrics": None}),
        json.dumps(RESULT | {"metrics": {"total_time_s": "fast"}}),
        json.dumps(RESULT | {"metrics": [1]}),
        '{"what": "won"}',
        '{"what": "done", "another": 1}',
        '{"what": "done", "metrics": {"a": NaN}}',
    ],
    ids=lambda text: text[:40],
)
def test_a_damaged_outcome_leaves_its_job_open(tmp_path: Path, name: str, text: str) -> None:
    place(tmp_path, name, text)
    assert outcome_of(tmp_path, 0).what == MISSING


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_leaves_its_job_open(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    place(tmp_path, "other", "")
    for name in ("result.json", "outcome.json"):
        make(tmp_path / "jobs" / "000.1" / name)
    assert outcome_of(tmp_path, 0) == Outcome()


def test_a_loss_that_is_no_number_is_no_damage(tmp_path: Path) -> None:
    diverged = RESULT | {"metrics": {"total_time_s": 1.0, "loss": float("nan")}}
    place(tmp_path, "result.json", json.dumps(diverged))
    assert outcome_of(tmp_path, 0).what == DONE


def test_a_damaged_result_does_not_hide_the_outcome_or_a_later_attempt(tmp_path: Path) -> None:
    place(tmp_path, "result.json", "{")
    place(tmp_path, "outcome.json", '{"what": "crashed", "reason": "killed"}')
    assert outcome_of(tmp_path, 0).what == "crashed"
    (tmp_path / "jobs" / "000.2").mkdir()
    (tmp_path / "jobs" / "000.2" / "result.json").write_text(json.dumps(RESULT))
    (tmp_path / "jobs" / "000.copy").mkdir()
    assert outcome_of(tmp_path, 0).what == DONE
    assert len(attempts(tmp_path, 0)) == 2 and next_attempt(tmp_path, 0).name == "000.3"


@pytest.mark.parametrize("text", DAMAGES, ids=lambda text: text[:20])
def test_a_damaged_plan_is_refused_with_the_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(ConfigurationError, match="sweep.json is damaged .*sweep.resume"):
        read_plan(tmp_path)
