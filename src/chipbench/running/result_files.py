"""The files of a run beside its numbers: each is whole or missing, and none keeps another away."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from chipbench.ground.files import whole
from chipbench.terminal.extras import Extras
from chipbench.tracking.recorder import LOCAL_FILES
from chipbench.workloads.workload import Write

#: What the output folder holds for delivery and for Hydra, not for the reader.
_KEPT_LOCALLY = (*LOCAL_FILES, ".hydra", "command.log")


class ResultFiles:
    """Writes them into the run's folder."""

    def __init__(self, folder: Path, extras: Extras) -> None:
        self._folder = folder
        self._extras = extras
        self._missing: list[str] = []

    def __iter__(self) -> Iterator[Path]:
        """What is there to be kept as an artifact."""
        return (p for p in sorted(self._folder.iterdir()) if p.name not in _KEPT_LOCALLY)

    @property
    def loss(self) -> str | None:
        """Which files of the result are missing; None if all are there."""
        names = ", ".join(dict.fromkeys(self._missing))
        return f"files of the result are missing: {names}" if names else None

    def write(self, files: Mapping[str, Write]) -> None:
        """Write each file by its name."""
        for name, write in files.items():

            def write_whole(path: Path = self._folder / name, write: Write = write) -> None:
                with whole(path) as new:
                    write(new)

            self._attempt(name, write_whole)

    def write_folder(self, name: str, write: Write) -> None:
        """Write a folder of that name; half of one is removed."""
        folder = self._folder / name
        if not self._attempt(name, lambda: write(folder)):
            shutil.rmtree(folder, ignore_errors=True)

    def _attempt(self, name: str, write: Callable[[], None]) -> bool:
        written = self._extras.attempt(f"writing {name}", write)
        if not written:
            self._missing.append(name)
        return written
