"""Which runs are of one machine, and what tells machines of one name apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from chipbench.ground import tags
from chipbench.measure.recorded_run import RecordedRun

#: Digits of an installation's hash that a name shows.
_DIGITS = 4


def installation_of(run: RecordedRun) -> str:
    """The installation that measured it; nothing where that is not to be told."""
    return run.tags.get(tags.MACHINE_FINGERPRINT, "")


def ids_of(run: RecordedRun) -> set[str]:
    """What a user may call its machine: its name, and its id."""
    return {run.machine, run.tags.get(tags.MACHINE, "")}


def display_names(runs: Iterable[RecordedRun]) -> Mapping[str, str]:
    """By run id, the machine's name, with a few digits where several machines have it."""
    known = list(runs)
    installations: dict[str, set[str]] = defaultdict(set)
    for run in known:
        installations[run.machine].add(installation_of(run))
    return {run.run_id: _name(run, len(installations[run.machine])) for run in known}


def _name(run: RecordedRun, alike: int) -> str:
    digits = installation_of(run)[:_DIGITS]
    return f"{run.machine}, machine {digits}" if alike > 1 and digits else run.machine
