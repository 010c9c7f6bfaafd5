"""Which of a machine's GPUs this process may use, as the vendors' variables say it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_INDEX = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class Choice:
    """What a variable leaves of the GPUs: their places, or the ids of parts of them."""

    variable: str
    text: str
    taken: tuple[int | str, ...]  # a place in the list, or the id of a part (MIG)

    def said_of(self, gpus: int) -> str:
        """That none of so many is left."""
        return f"{self.variable}={self.text} shows none of {gpus} GPU{'s' if gpus > 1 else ''}"


def choose(
    variables: Sequence[str], environment: Mapping[str, str], ids: Sequence[str | None]
) -> Choice | None:
    """What the first of `variables` that is set leaves of the GPUs with these ids; None: all.

    As CUDA reads it: the list ends at the first entry that names nothing, one that is there twice
    leaves nothing, and the beginning of an id stands for it.
    """
    name = next((name for name in variables if name in environment), None)
    if name is None:
        return None
    taken: list[int | str] = []
    for entry in map(str.strip, environment[name].split(",")):
        found = _place(entry, ids)
        if found is None:
            break
        if found in taken:
            return Choice(name, environment[name], ())
        taken.append(found)
    return Choice(name, environment[name], tuple(taken))


def _place(entry: str, ids: Sequence[str | None]) -> int | str | None:
    if _INDEX.fullmatch(entry):
        return int(entry) if int(entry) < len(ids) else None
    if entry.upper().startswith("MIG-"):
        return entry
    if not entry.upper().startswith("GPU-"):
        return None
    lower = entry.lower()
    matches = [place for place, one in enumerate(ids) if one and one.lower().startswith(lower)]
    return matches[0] if len(matches) == 1 else None
