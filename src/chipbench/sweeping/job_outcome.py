"""How a job ended, read from what it left in its folder: `jobs/<number>.<attempt>/`."""

import csv
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from chipbench.ground import metrics, tags
from chipbench.ground.regular_files import read_bounded
from chipbench.ground.typed_json import json_object, typed, whole_number
from chipbench.measure import result as results

DONE = "done"
FAILED = "failed"
OUT_OF_MEMORY = "out of memory"
TIMED_OUT = "timed out"
CRASHED = "crashed"
SKIPPED = "skipped"
MISSING = "missing"

#: What the end that a job's result names is called in a sweep; any other failed.
_WHAT = {
    results.COMPLETED: DONE,
    results.OUT_OF_MEMORY: OUT_OF_MEMORY,
    results.TIMED_OUT: TIMED_OUT,
}

_WORDS = {DONE, FAILED, OUT_OF_MEMORY, TIMED_OUT, CRASHED, SKIPPED, MISSING}

_MAX_BYTES = 2**24  # of a file
#: What files that were cut off, or another's, are read with.
_DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
_FILE_NAME = "outcome.json"
_RESULT_NAME = "result.json"
_EPOCHS_NAME = "epochs.csv"


@dataclass(frozen=True)
class Outcome:
    """One job's end. A job without one is `missing`."""

    what: str = MISSING
    reason: str | None = None  # why it is not done, or its number does not count
    metrics: dict[str, float] = field(default_factory=dict)
    benchmark: str = ""  # what it measured
    took_s: float | None = None  # its process, from start to end
    code: int | None = None  # with which that ended

    def write(self, folder: Path) -> None:
        """Keep it in the job's `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE_NAME).write_text(json.dumps(asdict(self)), encoding="utf-8")


def attempts(sweep_folder: Path, number: int) -> list[Path]:
    """The folders of a job's attempts, oldest first."""
    found = (sweep_folder / "jobs").glob(f"{number:03d}.*")
    return sorted((path for path in found if _number(path)), key=_number)


def next_attempt(sweep_folder: Path, number: int) -> Path:
    """The folder of a job's next attempt."""
    last = max(map(_number, attempts(sweep_folder, number)), default=0)
    return sweep_folder / "jobs" / f"{number:03d}.{last + 1}"


def _number(attempt: Path) -> int:
    """From 1; 0 for what is no attempt."""
    return whole_number(attempt.suffix[1:]) or 0


def outcome_of(sweep_folder: Path, number: int) -> Outcome:
    """The outcome of a job's last attempt; one that is done stays done."""
    return _counted(sweep_folder, number)[1]


def folder_of(sweep_folder: Path, number: int) -> Path | None:
    """The folder of the attempt that a job's outcome is of; None before the first."""
    return _counted(sweep_folder, number)[0]


def _counted(sweep_folder: Path, number: int) -> tuple[Path | None, Outcome]:
    known = [(folder, _read(folder)) for folder in attempts(sweep_folder, number)]
    done = [(folder, outcome) for folder, outcome in known if outcome.what == DONE]
    return (done or known)[-1] if known else (None, Outcome())


def ended(folder: Path, code: int) -> Outcome:
    """The outcome of a process that ran in `folder` and ended with `code`."""
    outcome = _read(folder)
    if outcome.what != MISSING:
        return outcome
    if code < 0:
        return Outcome(CRASHED, f"the process was killed by signal {-code}")
    return Outcome(FAILED, f"the process ended with code {code}")


def _read(folder: Path) -> Outcome:
    """What the files say; a damaged one counts as not there, and the job as open."""
    with suppress(*_DAMAGE):  # the job's own word, written before it is delivered
        result = json.loads(read_bounded(folder / _RESULT_NAME, _MAX_BYTES))  # a loss may be NaN
        outcome = _from_result(result, _last_accuracy(folder))
        return replace(outcome, took_s=_seen(folder).took_s)
    return _seen(folder)


def _seen(folder: Path) -> Outcome:
    """What the process that started the job saw of it; nothing before it is over."""
    with suppress(*_DAMAGE):
        outcome = typed(Outcome, json_object(read_bounded(folder / _FILE_NAME, _MAX_BYTES)))
        return outcome if outcome.what in _WORDS else Outcome()
    return Outcome()


def _last_accuracy(folder: Path) -> dict[str, float]:
    """The accuracy that a training ended with: speed alone can be bought with the batch size."""
    path = folder / _EPOCHS_NAME
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        values = [row.get(metrics.VAL_ACCURACY) for row in csv.DictReader(lines)]
    return {metrics.VAL_ACCURACY: float(values[-1])} if values and values[-1] else {}


def _from_result(result: dict[str, Any], more: dict[str, float]) -> Outcome:
    found = {str(name): float(value) for name, value in result["metrics"].items()} | more
    what = _WHAT.get(result["end"] if "end" in result else _end_before(result), FAILED)
    reason = result["reason"] if what != DONE else result.get("tags", {}).get(tags.RULED_OUT)
    told = None if reason is None else str(reason)
    return Outcome(what, told, found, str(result.get("benchmark", "")))


def _end_before(result: dict[str, Any]) -> str:
    """The end of a job of release 0.1.0, whose result tells it by its reason alone."""
    status, reason = str(result["status"]), str(result["reason"])
    if status != results.COMPLETED and reason.startswith("out of memory: "):
        return results.OUT_OF_MEMORY
    if status != results.COMPLETED and "sweep.job_timeout_s" in reason:
        return results.TIMED_OUT
    return status
