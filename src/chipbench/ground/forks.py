"""Programs that begin as forks of a process which has imported their libraries: both its ends.

Such a process has no threads and has opened no device: a fork of one that has either is unsafe. It
forks for one program at a time, and its stdin is a socket of packets that hold JSON: it says that
it is ready, is told what to run, says which process does so and how that ended, and passes signals
on to it. It ends with its asker.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from chipbench.ground.processes import Exit, ProgramFailed, module_command

#: Tells a sweep's job how its process began.
PROCESS_VARIABLE = "CHIPBENCH_PROCESS"
FORKED, COLD = "forked", "cold"

Packet = dict[str, Any]

_PACKET_BYTES = 2**17
_ORPHAN_S = 60.0  # for a program to see that its parent has gone, and end in order
_LOOK_EVERY_S = 0.1


class Warm:
    """The asker's end: a process that `serve`s, started at once."""

    def __init__(
        self, module: str, *words: str, environment: Mapping[str, str], timeout_s: float
    ) -> None:
        """Run `module`, and wait until it is ready.

        Raises ProgramFailed if it ends before, or takes longer than `timeout_s`.
        """
        self._free = threading.Lock()
        self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            self._process = subprocess.Popen(
                module_command(module, *words), stdin=there.fileno(), env=dict(environment)
            )
        try:
            ready = _receive(self._socket, timeout_s)
        except BaseException as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise ProgramFailed(f"{module} was not ready within {timeout_s:g} s") from None
            raise
        if ready is None:
            self.close()
            raise ProgramFailed(f"{module} ended before it was ready")

    def fork(
        self, words: Sequence[str], environment: Mapping[str, str], timeout_s: float | None
    ) -> "Fork | None":
        """A fork that runs with `words` and these variables besides; None while another runs.

        Raises ProgramFailed if the warm process has gone.
        """
        if not self._free.acquire(blocking=False):
            return None
        try:
            _send(self._socket, {"words": list(words), "environment": dict(environment)})
            begun = _receive(self._socket, None)
        except ConnectionError:
            begun = None
        if begun is None:
            raise ProgramFailed("the warm process has gone")
        return Fork(self._socket, begun["begun"], timeout_s, self._free)

    def close(self) -> None:
        """End it. A fork that still runs sees that its parent has gone."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


class Fork:
    """A program in a fork, to its asker what a `Child` is: it ends with its `with` block."""

    def __init__(
        self, connection: socket.socket, process: int, timeout_s: float | None, free: threading.Lock
    ) -> None:
        self._socket = connection
        self._process = process
        self._timeout_s = timeout_s
        self._begin_s = time.perf_counter()
        self._free = free
        self._code: int | None = None

    def __enter__(self) -> "Fork":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self._free.release()

    def ended(self) -> Exit:
        """Wait for the end, at most until the time limit."""
        left_s = None
        if self._timeout_s is not None:
            left_s = max(0.0, self._begin_s + self._timeout_s - time.perf_counter())
        code: int | None = None
        try:
            code = self._wait(left_s)
        except TimeoutError:
            self.kill()
        return Exit(code, time.perf_counter() - self._begin_s, limit_s=self._timeout_s)

    def terminate(self, grace_s: float) -> None:
        """End it in order, or else at once."""
        self._signal(signal.SIGTERM)
        try:
            self._wait(grace_s)
        except TimeoutError:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._code is None:
            self._signal(signal.SIGKILL)
            self._wait(None)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ConnectionError):  # then it ends by itself
            _send(self._socket, {"signal": number})

    def _wait(self, timeout_s: float | None) -> int:
        """Its exit code; negative: the signal that killed it. Raises TimeoutError."""
        if self._code is None:
            packet = _receive(self._socket, timeout_s)
            self._code = self._orphaned() if packet is None else int(packet["ended"])
        return self._code

    def _orphaned(self) -> int:
        """The warm process was killed: the program sees it, and ends as if it were told to."""
        end_s = time.monotonic() + _ORPHAN_S
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < end_s:
                os.kill(self._process, 0)
                time.sleep(_LOOK_EVERY_S)
            os.kill(self._process, signal.SIGKILL)
        return -signal.SIGTERM


def serve() -> Packet:
    """Fork whenever stdin's socket asks for it; returns in the forks alone, with what was asked.

    A fork has the signals that this process had, and reads nothing.
    """
    asker = socket.socket(fileno=os.dup(0))
    _read_nothing()
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    handlers = {
        signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
    }
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    try:
        _send(asker, {"ready": True})
        while (packet := _receive(asker, None)) is not None:
            if "words" not in packet:  # a signal for a fork that has ended meanwhile
                continue
            process = os.fork()
            if process == 0:
                signal.set_wakeup_fd(-1)
                for number, handler in handlers.items():
                    signal.signal(number, handler)
                for end in (asker, woken, wake):
                    end.close()
                return packet
            _send(asker, {"begun": process})
            _attend(process, asker, woken)
    except ConnectionError:
        pass
    sys.exit()


def _attend(process: int, asker: socket.socket, woken: socket.socket) -> None:
    """Pass signals on to a fork until it ends, and say how it did."""
    while True:
        ready, _, _ = select.select([asker, woken], [], [])
        if woken in ready:
            woken.recv(64)
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                _send(asker, {"ended": os.waitstatus_to_exitcode(status)})
                return
        if asker in ready:
            packet = _receive(asker, None)
            if packet is None:
                sys.exit()
            os.kill(process, packet["signal"])


def _read_nothing() -> None:
    """What this process starts finds no socket as its stdin."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)


def _send(end: socket.socket, packet: Packet) -> None:
    end.settimeout(None)
    end.sendall(json.dumps(packet).encode())


def _receive(end: socket.socket, timeout_s: float | None) -> Packet | None:
    """The next packet; None once the other end has gone. Raises TimeoutError."""
    end.settimeout(timeout_s)
    try:
        data = end.recv(_PACKET_BYTES)
    except ConnectionError:
        return None
    packet: Packet | None = json.loads(data) if data else None
    return packet
