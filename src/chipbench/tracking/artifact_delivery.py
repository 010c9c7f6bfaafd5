"""Delivery of files: one at a time, each once, compared by checksum."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import FileInfo
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from chipbench.ground.regular_files import below, sha256, trouble

_MAX_COMPARED = 2**31  # bytes of a file that is fetched to be compared; a larger one takes too long


class MissingFileError(Exception):
    """A recorded file is not in the output folder."""


def files_of(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """The plain files of the artifact `name` by their path in `folder`, and what is left out.

    No link is followed: it could lead to a private file. Raises MissingFileError for a name that is
    not there, lies outside of the folder or behind a link.
    """
    top = folder.resolve()
    path = top / name
    if path == top or not path.is_relative_to(top) or not _is_plain(path):
        raise MissingFileError(f"{name:.200} is not in the output folder")
    hidden: list[Path] = []
    found = sorted(below(path, hidden)) if path.is_dir() else [path]
    files = [file for file in found if not file.is_dir() or file.is_symlink()]
    left_out = [what for file in files if (what := trouble(file)) is not None]
    left_out += [f"{folder.name} may not be looked into" for folder in hidden]
    return [f.relative_to(top).as_posix() for f in files if trouble(f) is None], left_out


def _is_plain(path: Path) -> bool:
    """Whether something is there, and no link or `..` leads to it."""
    try:
        return path.resolve() == path and path.exists()
    except (OSError, ValueError):  # longer than a path can be, or with NUL
        return False


class ArtifactStore:
    """The files of one run."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        """Ask the store where the run's files are; raises ConnectionError if its answer is cut off.

        MLflow's client would keep the place that it understood of such an answer, none, for ever.
        """
        place = client.get_run(run_id).info.artifact_uri
        if not place:
            raise ConnectionError("the store's answer was cut off")
        # Any: MLflow's repositories are typed in part.
        self._files: Any = get_artifact_repository(place, tracking_uri=client.tracking_uri)

    def put(self, path: Path, name: str, checksum: str) -> None:
        """Bring the file `path` there as `name`, unless the same is there already."""
        size = path.stat().st_size
        if self._has(size, name, checksum):
            return
        self.send(path, name)
        if not self._has(size, name, checksum):
            raise ConnectionError(f"the store did not keep {name} as it was sent")

    def lacking(self, sizes: Mapping[str, int]) -> list[str]:
        """The files that are not there with these sizes, by name."""
        listed: dict[str, int | None] = {}
        for folder in sorted({Path(name).parent.as_posix() for name in sizes}):
            found = self._files.list_artifacts(None if folder == "." else folder)
            listed |= {info.path: info.file_size for info in found}
        return [name for name, size in sizes.items() if listed.get(name, -1) not in (size, None)]

    def send(self, path: Path, name: str) -> None:
        """Bring the file `path` there as `name`."""
        folder = Path(name).parent.as_posix()
        self._files.log_artifact(str(path), None if folder == "." else folder)

    def _has(self, size: int, name: str, checksum: str) -> bool:
        listed = self._listed(name)
        if listed is None or listed.file_size != size:
            return False
        if size > _MAX_COMPARED:
            return True
        with tempfile.TemporaryDirectory(prefix="chipbench-") as folder:
            copy = self._files.download_artifacts(name, folder)
            return sha256(Path(copy)) == checksum

    def _listed(self, name: str) -> FileInfo | None:
        folder = Path(name).parent.as_posix()
        siblings = self._files.list_artifacts(None if folder == "." else folder)
        return next((info for info in siblings if info.path == name), None)
