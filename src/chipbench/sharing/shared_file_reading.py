"""Files of shared results, which anybody may have written: read, or refused with the field."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chipbench.ground.cache import words
from chipbench.ground.finding import Finding
from chipbench.ground.regular_files import read_bounded
from chipbench.ground.typed_json import json_object
from chipbench.measure.result import ENVELOPE, FORMAT, FORMAT_VERSION, Result, checksum
from chipbench.sharing.plausibility import disbelief
from chipbench.sharing.refusal import RefusedFileError
from chipbench.sharing.schema import field, misfit
from chipbench.sharing.shared_file import FORMAT as SEVERAL
from chipbench.sharing.shared_file import MAX_BYTES
from chipbench.sharing.shared_file import VERSION as SEVERAL_VERSION
from chipbench.sharing.shared_run import SharedRun

#: Of a machine record; memory and power can change between two runs.
_OF_ONE_MACHINE = ("name", "cpu", "architecture", "fingerprint")
_VERSIONS = {FORMAT: FORMAT_VERSION, SEVERAL: SEVERAL_VERSION}


def read_shared(path: Path) -> list[SharedRun]:
    """The runs of a shared file, or of a run's own `result.json`. Raises RefusedFileError."""
    try:
        document = json_object(read_bounded(path, MAX_BYTES))
    except (OSError, ValueError) as error:
        raise RefusedFileError(path.name, f"the file cannot be read: {words(error)}") from None
    why = _refusal(document)
    if why is not None:
        raise RefusedFileError(path.name, why)
    return list(runs_of(document))


def _refusal(document: dict[str, Any]) -> str | None:
    """The field that is wrong, and why; None if the document is believed."""
    if str(document.get("format")) not in _VERSIONS:
        return f"format: it must be {FORMAT} or {SEVERAL}"
    newer = _newer(document)
    if newer is not None:
        return newer
    single = document.get("format") == FORMAT
    why = misfit(_as_several(document))
    if why is not None:
        return why.removeprefix("runs[0].") if single else why
    for place, run in enumerate(_as_several(document)["runs"]):
        where: list[str | int] = [] if single else ["runs", place]
        if run["checksum"] != checksum(run):
            return f"{field([*where, 'checksum'])}: the run was cut or changed since it was made"
        doubted = disbelief(_result(run))
        if doubted is not None:
            name, reason = doubted
            return f"{field([*where, *name.split('.', 1)])}: {reason}"
    if not single and document["checksum"] != checksum(document):
        return "checksum: the file was cut or changed since it was made"
    return _disagreement(_as_several(document)["runs"])


def _disagreement(runs: list[dict[str, Any]]) -> str | None:
    """That two runs of a file are one, or of two machines."""
    seen: set[str] = set()
    for place, run in enumerate(runs):
        if run["checksum"] in seen:
            return f"runs[{place}]: it is there twice"
        seen.add(run["checksum"])
        for name in _OF_ONE_MACHINE:
            here, first = run["hardware"].get(name), runs[0]["hardware"].get(name)
            if here != first:
                where = field(["runs", place, "hardware", name])
                return f"{where}: a file is of one machine, and that of runs[0] has {first!s:.60}"
    return None


def _newer(document: dict[str, Any]) -> str | None:
    """That the file, or a run in it, is of a version of the format that is not known here."""
    listed = document.get("runs")
    for part in (document, *(listed if isinstance(listed, list) else ())):
        known = _VERSIONS.get(str(part.get("format"))) if isinstance(part, dict) else None
        version = part.get("version") if known is not None else None
        if known is not None and type(version) is int and version > known:
            return (
                f"version: {version} is newer than {known}, the newest that this chipbench reads; "
                "update chipbench"
            )
    return None


def _as_several(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A run's own file as a file of one, so that one schema holds for both."""
    if document.get("format") != FORMAT:
        return document
    said = {"format": SEVERAL, "version": SEVERAL_VERSION, "chipbench": "0", "checksum": "0" * 64}
    return {**said, "runs": [document]}


def runs_of(document: Mapping[str, Any]) -> Iterator[SharedRun]:
    """The runs of a document that is believed."""
    for run in _as_several(document)["runs"]:
        yield SharedRun(_result(run), run["checksum"], document.get("by"))


def _result(run: dict[str, Any]) -> Result:
    """What the schema has let pass, as the record that it was made from."""
    values = {key: value for key, value in run.items() if key not in ENVELOPE}
    return Result(**{**values, "caveats": tuple(Finding(**one) for one in run["caveats"])})
