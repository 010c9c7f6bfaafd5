"""An earlier sweep or suite, found again to be gone on with in its own folder and run."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chipbench.config.spelling_suggestion import hint
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.plural import counted
from chipbench.sweeping.plan import FILE_NAME, SUITE, Job, Plan, read_plan
from chipbench.tracking.delivery_state import read_state
from chipbench.tracking.journal import FILE_NAME as JOURNAL
from chipbench.tracking.journal import Start, read_start

_LAST = "last"


@dataclass(frozen=True)
class Earlier:
    """What is gone on with."""

    folder: Path
    plan: Plan
    start: Start

    def journal_folder(self) -> Path:
        """A new folder for what its run says from now on."""
        os.environ.pop("MLFLOW_RUN_ID", None)  # its own run goes on, not this call's
        return self.folder / f"resumed-{datetime.now():%Y-%m-%d-%H-%M-%S-%f}"


def find_earlier(wanted: str, below: Path, entry: str, jobs: tuple[Job, ...]) -> Earlier:
    """The sweep or suite of these jobs that has the run id `wanted`, or was the last.

    Raises ConfigurationError where there is none, or where it was another one.
    """
    kind = SUITE if entry == SUITE else "sweep"
    said = f"{kind}.resume={wanted}"
    folder = _folder(wanted, below, kind)
    known = read_plan(folder)
    if (known.entry, known.jobs) != (entry, jobs):
        jobs_then = counted(len(known.jobs), "job")
        raise ConfigurationError(
            f"{said}: that {kind} was another one ({known.entry}, {jobs_then}: "
            f"{known.jobs[0].text} …); give the same keys, or leave it out"
        )
    start = read_start(folder / JOURNAL)
    if start is None:
        raise ConfigurationError(
            f"{said}: {JOURNAL}, by which the store knows that {kind}'s run, cannot be read; "
            f"leave it out for a new {kind}"
        )
    return Earlier(folder, known, start)


def _folder(wanted: str, below: Path, kind: str) -> Path:
    found = [path.parent for path in below.rglob(FILE_NAME) if (path.parent / JOURNAL).is_file()]
    found.sort(key=lambda folder: (folder / JOURNAL).stat().st_mtime, reverse=True)
    for folder in found:
        if wanted in (_LAST, read_state(folder / JOURNAL).run_id) and _may_be(kind, folder):
            return folder
    raise ConfigurationError(
        f"{kind}.resume={wanted}: no such {kind} in {below.name}/; give the run id of a {kind}'s "
        f"parent, or last{hint(wanted, [_LAST])}"
    )


def _may_be(kind: str, folder: Path) -> bool:
    """Whether a plan is of that kind; of a damaged one, its reader says what is wrong."""
    try:
        return read_plan(folder).kind == kind
    except ConfigurationError:
        return True
