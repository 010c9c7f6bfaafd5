"""Where results lie: in output folders, and in folders of shared files."""

import os
import re
from pathlib import Path

from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.regular_files import below
from chipbench.measure.result import FILE_NAME
from chipbench.sweeping.job_outcome import folder_of
from chipbench.sweeping.limit_parent import TABLE as TRIES
from chipbench.tracking.delivery_state import read_state
from chipbench.tracking.journal import FILE_NAME as JOURNAL

_ATTEMPT = re.compile(r"(\d+)\.\d+")
_SHARED = re.compile(r"chipbench-.*\.json")
_JOBS = "jobs"


def results_of(runs: str, outputs: Path) -> list[Path]:
    """The results of `runs`: `last`, the id of a run below `outputs`, or an output folder.

    Raises ConfigurationError where there are none.
    """
    if runs == "last":
        folder = _last(outputs)
    elif not (folder := named_folder("runs", runs)).is_dir():
        folder = _with_id(runs, outputs)
    found = results_below(folder)
    if not found and any((place / TRIES).is_file() for place in (folder, *folder.parents[:2])):
        raise ConfigurationError(
            f"runs={runs}: a search for the largest batch has no result of its own to share; "
            "measure at the batch_size that it found, and share that"
        )
    if not found:
        raise ConfigurationError(f"runs={runs}: no {FILE_NAME} lies there, by which it is shared")
    return found


def shared_files(path: Path) -> list[Path]:
    """The files of results that `path` is or holds. Raises ConfigurationError for none."""
    if not os.path.lexists(path):
        raise ConfigurationError(f"files={path}: no such file or folder")
    found = results_below(path, _SHARED) if path.is_dir() else [path]
    if not found:
        raise ConfigurationError(
            f"files={path}: no {FILE_NAME} and no chipbench-….json lies there, at any depth"
        )
    return found


def results_below(folder: Path, others: re.Pattern[str] | None = None) -> list[Path]:
    """The results in `folder`, and `others` by their names; of a job, that of the counted attempt.

    No link is followed.
    """
    found = [
        path
        for path in below(folder)
        if path.name == FILE_NAME or (others is not None and others.fullmatch(path.name))
    ]
    return sorted(path for path in found if _counts(path))


def _counts(result: Path) -> bool:
    """Whether it is no job's, or that of the attempt by which the job is judged.

    A search for the largest batch tries, at a speed that memory may have cut, and measures nothing.
    """
    attempt = _ATTEMPT.fullmatch(result.parent.name)
    if attempt is None or result.parent.parent.name != _JOBS:
        return True
    whole = result.parent.parent.parent
    return not (whole / TRIES).is_file() and folder_of(whole, int(attempt[1])) == result.parent


def _last(outputs: Path) -> Path:
    """The folder of the run or sweep that ended last."""
    found = results_below(outputs)
    if not found:
        raise ConfigurationError(
            f"runs=last: {outputs.name}/ holds no {FILE_NAME} yet; measure first, or name a folder"
        )
    newest = max(found, key=lambda path: path.lstat().st_mtime_ns).parent
    return newest.parent.parent if newest.parent.name == _JOBS else newest


def _with_id(run_id: str, outputs: Path) -> Path:
    for path in below(outputs):
        if path.name == JOURNAL and read_state(path).run_id == run_id:
            return path.parent
    raise ConfigurationError(
        f"runs={run_id}: no such folder, and no run of this id in {outputs.name}/; give last, the "
        "id of a run that was measured here, or its output folder"
    )
