"""The search for the largest batch, by tries that end as they are told."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chipbench.config.compose import compose_config
from chipbench.ground.errors import ConfigurationError, UnsupportedBenchmark
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.job_outcome import Outcome
from chipbench.sweeping.job_worker import Limit
from chipbench.sweeping.limit_search import find_limit
from chipbench.sweeping.plan import Job

EXAMPLES = 100
WORDS = ["dataset=digits", "batch_size=16", "limits.precision_percent=0", "tracking=none"]
#: How a batch of this size ends, why, and with which exit code where that tells more.
Ends = Callable[[int], tuple[Any, ...]]
Search = Callable[..., tuple[int, dict[int, str], str]]


@pytest.fixture
def search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Search:
    """The exit code, the end of each size, and the last words but the folder's."""

    def searched(ends: Ends, *more: str) -> tuple[int, dict[int, str], str]:
        def run_job(
            entry: str, job: Job, folder: Path, key: str, limit: Limit, name: str
        ) -> Outcome:
            assert job.batch_size is not None and name == f"try {job.number + 1}"
            what, reason, *code = ends(job.batch_size)
            speed = 1000.0 if job.batch_size == 32 else 700.0
            Outcome(what, reason, {"steady_images_per_second": speed}).write(folder)
            said = {"tags": {"train_examples": str(EXAMPLES)}}
            (folder / "result.json").write_text(json.dumps(said))
            return Outcome(what, reason, code=code[0] if code else None)

        monkeypatch.setattr("chipbench.sweeping.limit_search.run_job", run_job)
        words = [*WORDS, *more]
        config = compose_config("limits", [*words, f"output_dir={tmp_path}"])
        code = find_limit(config, words)
        with (tmp_path / "limits.csv").open() as lines:
            tried = {int(row["batch_size"]): row["outcome"] for row in csv.DictReader(lines)}
        said = capsys.readouterr().out.splitlines()
        return code, tried, next(line for line in said if "batch t" in line)

    return searched


def up_to(largest: int, beyond: str) -> Ends:
    return lambda size: (outcomes.DONE, None) if size <= largest else (beyond, "why")


def test_it_ends_with_the_whole_data_set(search: Search) -> None:
    code, tried, said = search(up_to(1000, outcomes.OUT_OF_MEMORY), "limits.max_batch_size=5000")
    assert code == 0 and list(tried) == [16, 32, 64, 100]
    assert said.startswith("the largest batch that trains: 100 (no larger one was tried); ")
    assert said.endswith("fastest at 32, below 80 % of that from 64 on")


def test_it_ends_where_it_is_told_to(search: Search) -> None:
    code, tried, _ = search(up_to(1000, outcomes.OUT_OF_MEMORY), "limits.max_batch_size=40")
    assert code == 0 and list(tried) == [16, 32, 40]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (outcomes.OUT_OF_MEMORY, "42 runs out of memory"),
        (outcomes.CRASHED, "42 crashes"),
        (outcomes.TIMED_OUT, "42 takes longer than limits.try_timeout_s"),
    ],
)
def test_what_a_larger_batch_ends_with_is_said(search: Search, end: str, said: str) -> None:
    code, tried, text = search(up_to(41, end))
    assert code == 0 and text.startswith(f"the largest batch that trains: 41 ({said})")
    assert {size for size, outcome in tried.items() if outcome == end} == {64, 48, 44, 42}


def test_a_first_try_that_takes_too_long_says_nothing_of_smaller_ones(search: Search) -> None:
    code, tried, said = search(up_to(0, outcomes.TIMED_OUT))
    assert code == 1 and tried == {16: "timed out"} and said == "no batch trained"


def test_no_batch_that_fits_is_looked_for_down_to_one(search: Search) -> None:
    code, tried, said = search(up_to(0, outcomes.OUT_OF_MEMORY))
    assert code == 1 and list(tried) == [16, 8, 4, 2, 1]
    assert said == "no batch trained (1 runs out of memory)"


def test_a_try_that_fails_for_another_reason_ends_it(search: Search) -> None:
    code, tried, said = search(up_to(16, outcomes.FAILED))
    assert code == 1 and list(tried) == [16, 32]
    assert said == "the largest batch that trains: 16 (no larger one was tried to its end)"


@pytest.mark.parametrize(("code", "error"), [(2, ConfigurationError), (3, UnsupportedBenchmark)])
def test_what_a_try_refuses_is_refused(search: Search, code: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="^use less$"):
        search(lambda size: (outcomes.FAILED, "use less", code))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["limits.max_batch_size=8"], "the first try has batch_size=16; use a larger one"),
        (["machine=m1_max_mbp_14_2021"], "the hardware contradicts it"),
        (["strategy=mirrored"], "looked for on one device; use strategy=none"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_is_tried(
    search: Search, words: list[str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        search(up_to(0, outcomes.FAILED), *words)
