"""Processes that this one starts: limited in time, ended with their block, failing in words.

An accelerator's plug-in can abort or hang its process, an encoder can die, and a server can leave
one waiting; none of that may reach the process that measures.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

Answer = dict[str, Any]

_LAST_LINES = 5  # of what a failed process said that are told
_LAST_BYTES = 2**20  # of its stderr that are looked at
_COMMAND_TIMEOUT_S = 20


class ProgramFailed(Exception):  # noqa: N818 - it reads as what happened
    """A program ended with an error; the message holds its own last words."""


class TrialError(Exception):
    """Why a trial gave no answer, in a few words."""


@dataclass(frozen=True)
class Exit:
    """How a process ended."""

    code: int | None  # negative: the signal that killed it; None: the time limit
    time_s: float  # from its start to its end
    lines: tuple[str, ...] = ()  # what it wrote to stdout, if that was kept
    errors: tuple[str, ...] = ()  # its stderr, the end of it if it is long, if that was kept
    limit_s: float | None = None

    @property
    def how(self) -> str:
        """How it ended, after the name of the process."""
        if self.code is None:
            return f"gave no result within {self.limit_s:g} s"
        if self.code < 0:
            named = {member.value: f" ({member.name})" for member in signal.Signals}
            return f"was killed by signal {-self.code}{named.get(-self.code, '')}"
        return f"ended with code {self.code}"

    def told(self, name: str) -> str:
        """How the process `name` ended, and the last that it said."""
        said = "; ".join(self.errors[-_LAST_LINES:]) or "it said nothing"
        return f"{name} {self.how}: {said}"

    @property
    def failure(self) -> str | None:
        """Why there is no result, in its own last words where it has any; None if it did well."""
        if self.code == 0:
            return None
        if self.code is None:
            return f"no result within {self.limit_s:g} s"
        if self.code > 0 and self.errors:
            return self.errors[-1]
        return f"the process {self.how}"


class Child:
    """A process, started at once; it ends with the `with` block at the latest.

    What it writes to stdout can be read as it comes with `lines`, or is in the `Exit`; with
    `shown=True` it goes where this process's own output goes.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        timeout_s: float | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        shown: bool = False,
        listened: bool = False,
        merged: bool = False,
        own_group: bool = False,
    ) -> None:
        """`listened`: `lines` will read; `merged`: its stderr too, in stdout's place.

        `own_group`: what it starts is ended with it. Raises ProgramFailed if it does not start.
        """
        self._timeout_s = timeout_s
        self._own_group = own_group
        self._read = False  # then its reader closes the pipe
        self._begin_s = time.perf_counter()
        # Files, so that it never waits for a reader.
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._stdout: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        output = None if shown else subprocess.PIPE if listened else self._stdout
        try:
            self.process = subprocess.Popen(
                list(command),
                stdin=None if shown else subprocess.DEVNULL,
                stdout=output,
                stderr=None if shown else subprocess.STDOUT if merged else self._stderr,
                env=environment,
                cwd=folder,
                start_new_session=own_group,
            )
        except OSError as error:
            self._close()
            raise ProgramFailed(f"{command[0]} does not start: {error.strerror}") from None

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._close()

    def lines(self, silence_s: float | None = None) -> Iterator[str]:
        """What it prints, line by line. Raises TimeoutError after `silence_s` without a line."""
        lines: queue.Queue[str | None] = queue.Queue()
        pipe = self.process.stdout
        assert pipe is not None, "listened=True lets a child be read while it runs"

        def read() -> None:
            with pipe:  # a close from elsewhere would wait for whoever else still holds its end
                for line in pipe:
                    lines.put(line.decode(errors="replace"))
            lines.put(None)

        self._read = True
        threading.Thread(target=read, daemon=True, name="output of a child").start()
        while True:
            try:
                line = lines.get(timeout=silence_s)
            except queue.Empty:
                raise TimeoutError(f"no line for {silence_s:g} s") from None
            if line is None:
                return
            yield line

    def ended(self) -> Exit:
        """Wait for the end, at most until the time limit."""
        left_s = None
        if self._timeout_s is not None:
            left_s = max(0.0, self._begin_s + self._timeout_s - time.perf_counter())
        code: int | None = None
        try:
            code = self.process.wait(left_s)
        except subprocess.TimeoutExpired:
            self.kill()
        time_s = time.perf_counter() - self._begin_s
        lines, errors = _lines(self._stdout, None), _lines(self._stderr, _LAST_BYTES)
        return Exit(code, time_s, lines, errors, self._timeout_s)

    def terminate(self, grace_s: float) -> None:
        """End it in order, or else at once."""
        self.process.terminate()
        try:
            self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, and what is left of its group, if it has one of its own."""
        if self._own_group:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left in it
                os.killpg(self.process.pid, signal.SIGKILL)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _close(self) -> None:
        self._stdout.close()
        self._stderr.close()
        process = getattr(self, "process", None)
        if process is not None and process.stdout is not None and not self._read:
            process.stdout.close()


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of chipbench."""
    return [sys.executable, "-m", module, *arguments]


def with_import_path(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment`, in which Python finds this copy of chipbench whatever the folder."""
    here = str(Path(__file__).absolute().parents[2])
    known = environment.get("PYTHONPATH")
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, [here, known]))}


def run_trial(module: str, request: Mapping[str, Any], timeout_s: float) -> Answer:
    """What `python -m module REQUEST` prints as its last line, one JSON object.

    Raises TrialError if the process crashes, hangs for longer than `timeout_s`, or says nothing.
    """
    command = module_command(module, json.dumps(request))
    environment = with_import_path(os.environ)
    with Child(command, timeout_s=timeout_s, environment=environment, own_group=True) as child:
        end = child.ended()
    if end.code == 0 and end.lines:
        try:
            answer: Answer = dict(json.loads(end.lines[-1]))
        except (ValueError, TypeError):
            raise TrialError(f"the trial gave no answer but {end.lines[-1][:80]!r}") from None
        return answer
    asked = end.code is not None and end.code >= 0
    why = end.failure or "it said nothing"
    raise TrialError(f"the trial failed: {why}" if asked else why)


def output_of(*command: str) -> bytes | None:
    """What a command of the operating system prints; None if it is missing, fails or hangs."""
    try:
        process = subprocess.run(
            command,
            capture_output=True,
            timeout=_COMMAND_TIMEOUT_S,
            check=False,
            # With this and an absolute path macOS spawns, and does not fork a training process.
            close_fds=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return process.stdout if process.returncode == 0 else None


def _lines(file: IO[bytes], last_bytes: int | None) -> tuple[str, ...]:
    size = file.seek(0, os.SEEK_END)
    file.seek(0 if last_bytes is None else max(0, size - last_bytes))
    lines = file.read().decode(errors="replace").splitlines()
    return tuple(line.strip() for line in lines if line.strip())
