"""Apple's `avconvert` (AVFoundation), where macOS has it."""

import shutil
from pathlib import Path

from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.processes import Child, ProgramFailed


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
    with Child(command) as child:
        end = child.ended()
    if end.code != 0:
        raise ProgramFailed(end.told("avconvert"))
    return end.time_s
