"""All runs of some files that are believed, each once; the others are named, and set aside."""

from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from chipbench.ground.cache import named_folder
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.plural import counted
from chipbench.sharing.refusal import RefusedFileError
from chipbench.sharing.result_folders import shared_files
from chipbench.sharing.shared_file_reading import read_shared
from chipbench.sharing.shared_run import SharedRun
from chipbench.terminal.messages import complain

#: The folder of the files that came with chipbench, in its package of published results.
_SHIPPED = "shared"


@dataclass(frozen=True)
class Believed:
    """What some files hold."""

    runs: list[SharedRun]
    refused: int  # files
    files: int

    def confirm(self) -> None:
        """Raises ConfigurationError if a file was refused."""
        if self.refused:
            raise ConfigurationError(
                f"of {counted(self.files, 'file')} {counted(self.refused, 'was', 'were')} refused, "
                "for the reasons above; the rest was taken"
            )


def believed(named: str) -> Believed:
    """The runs that `files=` names. Raises ConfigurationError if there are none."""
    paths = shared_files(named_folder("files", named))
    if len(paths) == 1:
        return Believed(read_shared(paths[0]), 0, 1)
    found: dict[str, SharedRun] = {}
    refused = 0
    for path in paths:
        try:
            found |= {run.digest: run for run in read_shared(path)}
        except RefusedFileError as error:
            complain(str(error))
            refused += 1
    return Believed(list(found.values()), refused, len(paths))


def shipped() -> list[SharedRun]:
    """The runs whose files came with chipbench."""
    with as_file(files("chipbench.published").joinpath(_SHIPPED)) as folder:
        return believed(str(folder)).runs if any(Path(folder).glob("*.json")) else []
