"""The Swift program that trains with CreateML: compiled, run, and listened to."""

import json
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipbench import hardware
from chipbench.ground import signals
from chipbench.ground.errors import UnsupportedBenchmark
from chipbench.ground.processes import Child, ProgramFailed

SOURCE = Path(__file__).with_name("createml.swift")
#: Version of the protocol that `createml.swift` describes.
PROTOCOL = 1
#: The first macOS whose CreateML trains asynchronously.
_OLDEST_MACOS = 11
_LAST_LINES = 5


@dataclass(frozen=True)
class Training:
    """What the program is asked to do."""

    train_folder: Path
    test_folder: Path
    session_folder: Path
    model: Path
    iterations: int
    revision: int
    checkpoint_interval: int
    augmentations: Sequence[str]


def require_macos() -> None:
    """Raise UnsupportedBenchmark unless CreateML and a Swift compiler are here."""
    release = hardware.macos_release()
    if release is None:
        raise UnsupportedBenchmark(
            "createml.engine=createml: CreateML is part of macOS; use createml.engine=keras, "
            "its stand-in"
        )
    if int(release.split(".")[0]) < _OLDEST_MACOS:
        raise UnsupportedBenchmark(
            f"createml.engine=createml needs macOS {_OLDEST_MACOS} and this is {release}: "
            "update macOS, or use createml.engine=keras"
        )
    if shutil.which("xcrun") is None or _fails(["xcrun", "--find", "swiftc"]):
        raise UnsupportedBenchmark(
            "createml.engine=createml needs the Xcode command line tools: run "
            "`xcode-select --install`, or use createml.engine=keras"
        )


def _fails(command: Sequence[str]) -> bool:
    with Child(command) as child:
        return child.ended().code != 0


def compile_command(program: Path) -> list[str]:
    """The command that compiles the program."""
    return ["xcrun", "swiftc", "-O", str(SOURCE), "-o", str(program)]


def compile_program(program: Path) -> None:
    """Compile it. Raises UnsupportedBenchmark with the compiler's last lines."""
    program.parent.mkdir(parents=True, exist_ok=True)
    with Child(compile_command(program)) as child:
        end = child.ended()
    if end.code != 0:
        raise UnsupportedBenchmark(
            f"createml.swift does not compile here ({_tail(end.errors)}): "
            "update Xcode's command line tools, or use createml.engine=keras"
        )


def run_command(program: Path, training: Training) -> list[str]:
    """The command that trains."""
    return [
        str(program),
        str(training.train_folder),
        str(training.test_folder),
        str(training.session_folder),
        str(training.model),
        str(training.iterations),
        str(training.revision),
        str(training.checkpoint_interval),
        ",".join(training.augmentations) or "none",
    ]


def run_program(
    command: Sequence[str],
    take: Callable[[Mapping[str, Any]], None],
    stall_timeout_s: float,
) -> None:
    """Run `command` and hand each line of the protocol to `take`, until it is `done`.

    Raises ProgramFailed if the program says so, crashes, ends without a result, or says nothing
    for `stall_timeout_s`. It never outlives this call.
    """
    other: deque[str] = deque(maxlen=_LAST_LINES)
    with Child(command, listened=True, merged=True) as child:
        finished = False
        for line in _heard(child, stall_timeout_s):
            signals.check()
            message = parse(line)
            if message is None:
                other.append(line.strip())
            elif message["event"] == "error":
                raise ProgramFailed(f"CreateML: {message.get('message')}")
            else:
                finished = finished or message["event"] == "done"
                take(message)
        end = child.ended()
    if end.code != 0 or not finished:
        said = _tail(other)
        raise ProgramFailed(f"the CreateML program {end.how} and gave no result; it said: {said}")


def parse(line: str) -> dict[str, Any] | None:
    """A line of the protocol, or None for anything else that a program prints.

    Raises ProgramFailed for another version of the protocol.
    """
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict) or "chipbench" not in message or "event" not in message:
        return None
    if message["chipbench"] != PROTOCOL:
        raise ProgramFailed(
            f"the program speaks version {message['chipbench']} of the protocol, not {PROTOCOL}"
        )
    return message


def _heard(child: Child, stall_timeout_s: float) -> Iterator[str]:
    """What the program prints, as long as it goes on printing."""
    try:
        yield from child.lines(stall_timeout_s)
    except TimeoutError:
        raise ProgramFailed(
            f"the CreateML program said nothing for {stall_timeout_s:g} s "
            "(createml.stall_timeout_s) and was stopped"
        ) from None


def _tail(lines: Sequence[str] | deque[str]) -> str:
    return "; ".join([line.strip() for line in lines if line.strip()][-_LAST_LINES:]) or "nothing"
