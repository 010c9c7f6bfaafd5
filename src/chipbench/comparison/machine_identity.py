"""Which runs are of one machine, and what tells machines of one name apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set

from chipbench.ground import tags
from chipbench.measure.recorded_run import RecordedRun

#: Digits of an installation's hash that a name shows: so many, or as many as tell them apart.
_FEWEST_DIGITS, _MOST_DIGITS = 4, 64


def installation_of(run: RecordedRun) -> str:
    """The installation that measured it; nothing where that is not to be told."""
    return run.tags.get(tags.MACHINE_FINGERPRINT, "")


def machine_of(run: RecordedRun) -> tuple[str, str, bool]:
    """What counts as one machine: a name and an installation, published ones apart."""
    return run.machine, installation_of(run), run.is_reference


def ids_of(run: RecordedRun) -> set[str]:
    """What a user may call its machine: its name, and its id."""
    return {run.machine, run.tags.get(tags.MACHINE, "")}


def display_names(runs: Iterable[RecordedRun]) -> Mapping[str, str]:
    """By run id, the machine's name, with a few digits where several machines have it."""
    known = list(runs)
    installations: dict[str, set[str]] = defaultdict(set)
    for run in known:
        installations[run.machine].add(installation_of(run))
    digits = {name: _digits(alike) for name, alike in installations.items() if len(alike) > 1}
    return {run.run_id: _name(run, digits.get(run.machine, 0)) for run in known}


def _digits(alike: Set[str]) -> int:
    """How many first digits no two of the installations share."""
    numbers = range(_FEWEST_DIGITS, _MOST_DIGITS)
    return next((n for n in numbers if len({one[:n] for one in alike}) == len(alike)), _MOST_DIGITS)


def _name(run: RecordedRun, number: int) -> str:
    digits = installation_of(run)[:number]
    return f"{run.machine}, machine {digits}" if digits else run.machine
