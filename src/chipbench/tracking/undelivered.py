"""The runs that no store has as a whole, told from what lies in the output folders."""

from pathlib import Path
from typing import NamedTuple

from chipbench.ground.plural import counted
from chipbench.tracking.delivery_state import read_state
from chipbench.tracking.journal import find_journals
from chipbench.tracking.journal_writer import writer_is_alive


class Undelivered(NamedTuple):
    """How many there are."""

    waiting: int  # that have ended, and that `sync` would deliver
    unreadable: int


def undelivered(folder: Path) -> Undelivered:
    """Those below `folder`; none where there is no such folder."""
    waiting = unreadable = 0
    for path in find_journals(folder) if folder.is_dir() else []:
        try:
            waiting += not read_state(path).complete and not writer_is_alive(path)
        except OSError:
            unreadable += 1
    return Undelivered(waiting, unreadable)


def runs_that_wait(number: int) -> str:
    """So many, in words."""
    return counted(number, "run waits", "runs wait")
