"""A file that travels: several results of one machine, under one checksum."""

from collections.abc import Sequence
from typing import Any

from chipbench import __version__
from chipbench.ground import tags
from chipbench.hardware.machine import slug
from chipbench.measure.result import sealed

FORMAT = "chipbench results"
#: Raised where an earlier chipbench would misunderstand the file.
VERSION = 1
MAX_BYTES = 2**20
_DIGITS = 10


def shared_document(runs: Sequence[dict[str, Any]], by: str | None) -> dict[str, Any]:
    """The file of these results, each as its own file has it; `by`: whoever wants to be named."""
    said = {"format": FORMAT, "version": VERSION, "chipbench": __version__}
    name = {} if by is None else {"by": by}
    return sealed({**said, **name, "runs": list(runs)})


def file_stem(document: dict[str, Any]) -> str:
    """What the file and its cards are called: `chipbench-<machine>-<benchmark>-<digest>`."""
    runs = document["runs"]
    names = {str(run["benchmark"]) for run in runs}
    benchmark = names.pop() if len(names) == 1 else f"{len(names)}_benchmarks"
    machine = slug(runs[0]["tags"][tags.MACHINE])
    return f"chipbench-{machine}-{benchmark}-{document['checksum'][:_DIGITS]}"
