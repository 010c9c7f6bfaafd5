"""What of some output folders can be shared: one machine's results, as others will read them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chipbench.ground.errors import ConfigurationError
from chipbench.ground.readable_json import readable
from chipbench.ground.regular_files import read_bounded
from chipbench.ground.typed_json import json_object
from chipbench.measure import result as results
from chipbench.sharing.shared_file import MAX_BYTES, shared_document
from chipbench.sharing.shared_file_reading import read_shared


def sharable(paths: Sequence[Path], by: str | None) -> dict[str, Any]:
    """The file of the results in `paths`, which whoever imports it will believe.

    Raises ConfigurationError for results of several machines, for more than a file may hold, and
    where nothing was measured; RefusedFileError for a result that nobody would believe.
    """
    runs = [_believed(path) for path in paths]
    _refuse_unmeasured(runs)
    machines = sorted({str(run["hardware"]["name"]) for run in runs})
    if len(machines) > 1:
        raise ConfigurationError(
            f"runs: a file is of one machine, and these are of {', '.join(machines)}; name a "
            "folder with the runs of one"
        )
    document = shared_document(runs, by)
    size = len(readable(document).encode())
    if size > MAX_BYTES:
        raise ConfigurationError(
            f"runs: {len(runs)} runs are {size:,} bytes, and a file holds {MAX_BYTES:,}; name the "
            "folders of some of them, one after the other"
        )
    return document


def _believed(path: Path) -> dict[str, Any]:
    read_shared(path)
    return json_object(read_bounded(path, MAX_BYTES))


def _refuse_unmeasured(runs: Sequence[dict[str, Any]]) -> None:
    """What failed says something beside what did not, and nothing alone."""
    if not any(run["status"] == results.COMPLETED for run in runs):
        why = runs[0]["reason"] or runs[0]["status"]
        raise ConfigurationError(
            f"runs: nothing was measured ({why}); share a run that is completed"
        )
