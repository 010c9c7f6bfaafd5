"""Servers that test processes side by side share, as each takes seconds to start."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

_RECORDS = "shared_servers"


@dataclass(frozen=True)
class SharedServer:
    """A server that runs until the end of the session, whichever test process started it."""

    process: int  # the leader of its group
    port: int = 0  # of the loopback interface, if it has one
    end_signal: int = signal.SIGKILL


def shared(folder: Path, name: str, start: Callable[[Path], SharedServer]) -> SharedServer:
    """The server `name`; the first process that asks starts it, its files in a new folder."""
    records = folder / _RECORDS
    records.mkdir(exist_ok=True)
    record = records / f"{name}.json"
    with FileLock(record.with_suffix(".lock")):
        if not record.exists():
            files = folder / name
            files.mkdir(exist_ok=True)
            record.write_text(json.dumps(asdict(start(files))))
    return SharedServer(**json.loads(record.read_text()))


def end_shared(folder: Path) -> None:
    """End the servers that are recorded in `folder`."""
    for record in (folder / _RECORDS).glob("*.json"):
        server = SharedServer(**json.loads(record.read_text()))
        with suppress(ProcessLookupError):
            os.killpg(server.process, server.end_signal)
