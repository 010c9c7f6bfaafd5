"""Apple's `avconvert` (AVFoundation), where macOS has it."""

import shutil
from collections import deque
from pathlib import Path

from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.program import run_program


def find_avconvert() -> str:
    """The program. Raises UnsupportedBenchmark where it is not."""
    found = shutil.which("avconvert")
    if found is None:
        raise UnsupportedBenchmark(
            "method=avconvert: this machine has no avconvert (it comes with macOS); "
            "use method=transcode"
        )
    return found


def run_avconvert(program: str, source: Path, output: Path, preset: str) -> float:
    """Seconds that a conversion takes, from the start of the process to its end.

    Raises ProgramFailed.
    """
    command = [program, "--source", str(source), "--output", str(output), "--preset", preset]
    return run_program(command, lambda lines: deque(lines, maxlen=0).clear()).time_s
