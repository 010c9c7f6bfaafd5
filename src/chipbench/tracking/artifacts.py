"""Delivery of files: one at a time, each once, compared by checksum."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import FileInfo


class MissingFileError(Exception):
    """A recorded file is not in the output folder."""


def files_of(folder: Path, name: str) -> Iterator[str]:
    """The files that the artifact `name` of `folder` consists of, by their path in `folder`.

    Raises MissingFileError for a name that is not there or lies outside of the folder.
    """
    top = folder.resolve()
    path = (top / name).resolve()
    if not path.is_relative_to(top) or not path.exists():
        raise MissingFileError(f"{name} is not in the output folder")
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    return (file.relative_to(top).as_posix() for file in found if file.is_file())


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hex digits, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class ArtifactStore:
    """The files of one run."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client = client
        self._run_id = run_id

    def put(self, path: Path, name: str, checksum: str) -> None:
        """Bring the file `path` there as `name`, unless the same is there already."""
        if not self._has(path.stat().st_size, name, checksum):
            folder = Path(name).parent.as_posix()
            self._client.log_artifact(self._run_id, str(path), None if folder == "." else folder)

    def _has(self, size: int, name: str, checksum: str) -> bool:
        listed = self._listed(name)
        if listed is None or listed.file_size != size:
            return False
        with tempfile.TemporaryDirectory(prefix="chipbench-") as folder:
            copy = self._client.download_artifacts(self._run_id, name, folder)
            return sha256(Path(copy)) == checksum

    def _listed(self, name: str) -> FileInfo | None:
        folder = Path(name).parent.as_posix()
        siblings = self._client.list_artifacts(self._run_id, None if folder == "." else folder)
        return next((info for info in siblings if info.path == name), None)
