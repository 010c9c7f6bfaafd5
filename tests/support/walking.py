"""A user's way through a document: its own commands, in a checkout with an environment."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.checkouts import PROJECT, checkout

_MLFLOW = '#!/bin/sh\nexec python -m mlflow "$@"\n'


def commands(document: str, title: str) -> list[str]:
    """The lines of the shell blocks below the heading `title`, comments left out."""
    text = (PROJECT / document).read_text(encoding="utf-8")
    section = re.split(r"^#+ ", text, flags=re.M)
    (found,) = [part for part in section if part.splitlines()[0:1] == [title]]
    blocks = re.findall(r"```sh\n(.*?)```", found, flags=re.S)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines if line]


@dataclass
class User:
    """Somebody in a project folder, with variables of the environment that were exported."""

    folder: Path
    exported: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The folder gets what `make env` makes: tests have no time to install."""
        checkout(self.folder)
        programs = self.folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "python").symlink_to(sys.executable)
        (programs / "mlflow").write_text(_MLFLOW)
        (programs / "mlflow").chmod(0o755)
        (self.folder / "pyproject.toml").symlink_to(PROJECT / "pyproject.toml")
        for stamp in ("installed", "installed-runs", "installed-cuda", "installed-runs-cuda"):
            (self.folder / ".venv" / f".{stamp}").touch()

    def does(self, command: str, code: int = 0) -> str:
        """Run one line of a shell and return what it says; it must end with `code`."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=os.environ | self._environment | self.exported,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == code, (command, said[-3000:])
        assert "Traceback" not in said, (command, said[-3000:])
        return said

    @property
    def _environment(self) -> Mapping[str, str]:
        path = f"{self.folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
        # Whatever `make` finds missing, nothing is installed where the tests run.
        return {"PATH": path, "PYTHONPATH": str(self.folder / "src"), "PIP_DRY_RUN": "1"}
