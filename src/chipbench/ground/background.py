"""A module of chipbench run in a process of its own, with a time limit, beside other checks.

An accelerator's plug-in can abort or hang its process, and a server can leave one waiting.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO


@dataclass(frozen=True)
class Ended:
    """What a process printed, and how it failed; None if it did not."""

    lines: tuple[str, ...]
    failure: str | None


class Background:
    """`python -m module arguments`, started at once; it ends with the `with` block at the latest.

    Its output goes to files, so that it never waits for a reader.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        timeout_s: float,
        environment: Mapping[str, str] = {},  # noqa: B006 - it is only read
        folder: Path | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._deadline_s = time.monotonic() + timeout_s
        self._stdout: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._stdout,
            stderr=self._stderr,
            env={**os.environ, "PYTHONPATH": _import_path(), **environment},
            cwd=folder,
            start_new_session=True,  # what it starts ends with it
        )

    def __enter__(self) -> "Background":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._kill()
        self._stdout.close()
        self._stderr.close()

    def ended(self) -> Ended:
        """Wait for the end, at most until the time limit."""
        try:
            code = self._process.wait(max(0.0, self._deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._kill()
            return Ended(self._lines(self._stdout), f"no result within {self._timeout_s:g} s")
        return Ended(self._lines(self._stdout), self._failure(code))

    def _failure(self, code: int) -> str | None:
        if code == 0:
            return None
        last = self._lines(self._stderr)[-1:]
        if code < 0:
            return f"the process was killed by signal {-code} ({signal.Signals(-code).name})"
        return last[0] if last else f"the process ended with code {code}"

    def _kill(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @staticmethod
    def _lines(file: IO[bytes]) -> tuple[str, ...]:
        file.seek(0)
        lines = file.read().decode(errors="replace").splitlines()
        return tuple(line.strip() for line in lines if line.strip())


def _import_path() -> str:
    """Where this copy of chipbench is: the process may start in another folder."""
    here = str(Path(__file__).absolute().parents[2])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
