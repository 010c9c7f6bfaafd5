"""A fork that waits to become another program, begun before its parent opens or starts anything.

A program whose libraries are imported already begins so at once. It shares nothing else with its
parent: no file, no lock, no thread.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import IO

import psutil

_PACKET_BYTES = 2**17


class Program:
    """A module's `main` in what was a standby; to its parent it is as a `Popen`."""

    def __init__(self, process: int, stdin: IO[bytes]) -> None:
        self.stdin: IO[bytes] | None = stdin
        self.returncode: int | None = None  # negative: the signal that killed it
        self._process = psutil.Process(process)

    def poll(self) -> int | None:
        """Its exit code once it has ended."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            try:
                code = self._process.wait(timeout)
            except psutil.TimeoutExpired:
                raise subprocess.TimeoutExpired(str(self._process.pid), timeout or 0) from None
            assert code is not None, "nobody else waits for it"
            self.returncode = int(code)
        return self.returncode

    def terminate(self) -> None:
        """Have it end."""
        if self.poll() is None:
            self._process.terminate()


class Standby:
    """The fork, as its parent has it."""

    def __init__(self) -> None:
        """Returns in the parent alone."""
        self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = os.fork()
        if self._process == 0:
            self._socket.close()
            _become(there)
        there.close()

    def run(
        self,
        module: str,
        words: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        output: IO[bytes],
        niceness: int,
    ) -> Program:
        """Have it run `module`'s `main` in a session of its own; stdin is a pipe from here.

        Raises OSError if it has gone, or the environment is too large.
        """
        packet = {
            "module": module,
            "words": list(words),
            "environment": dict(environment),
            "folder": str(folder),
            "niceness": niceness,
        }
        read, write = os.pipe()
        try:
            streams = [read, output.fileno()]
            socket.send_fds(self._socket, [json.dumps(packet).encode()], streams)
        except OSError:
            os.close(write)
            raise
        finally:
            os.close(read)
            self._socket.close()
        return Program(self._process, os.fdopen(write, "wb", buffering=0))


_kept: list[Standby] = []


def keep() -> None:
    """Have a standby ready for `take`."""
    _kept.append(Standby())


def take() -> Standby | None:
    """The standby, once; None if there is none."""
    return _kept.pop() if _kept else None


def _become(asker: socket.socket) -> None:
    """Run what is asked for, and end; end at once where nothing is."""
    data, streams, _, _ = socket.recv_fds(asker, _PACKET_BYTES, 2)
    asker.close()
    if not data:
        os._exit(0)
    packet = json.loads(data)
    os.setsid()
    for number, stream in zip((0, 1, 2), (*streams, streams[1]), strict=True):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    os.nice(packet["niceness"])
    os.chdir(packet["folder"])
    os.environ.clear()
    os.environ.update(packet["environment"])
    sys.argv = [packet["module"], *packet["words"]]
    sys.exit(import_module(packet["module"]).main())
