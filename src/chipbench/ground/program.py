"""An encoding program's process: started, watched, timed, and never left behind."""

import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chipbench.measure.stopwatch import Stopwatch

_LAST_LINES = 5


class ProgramFailed(Exception):  # noqa: N818 - it reads as what happened
    """The program ended with an error; the message holds its own last lines."""


@dataclass(frozen=True)
class Ended:
    """A process that ended well."""

    time_s: float  # from its start to its end
    messages: str  # what it wrote to stderr


def run_program(command: Sequence[str], watch: Callable[[Iterable[str]], None]) -> Ended:
    """Run `command`, give `watch` its lines, and time it; it ends when this does, however.

    Raises ProgramFailed.
    """
    with tempfile.TemporaryFile() as stderr:
        stopwatch = Stopwatch()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            errors="replace",
        )
        try:
            assert process.stdout is not None
            watch(process.stdout)
            code = process.wait()
            time_s = stopwatch.lap()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()
        stderr.seek(0)
        text = stderr.read().decode(errors="replace")
    if code != 0:
        raise ProgramFailed(_failure(Path(command[0]).name, code, text))
    return Ended(time_s, text)


def _failure(name: str, code: int, text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()][-_LAST_LINES:]
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"{name.split('-')[0]} {how}: {'; '.join(lines) or 'it said nothing'}"
