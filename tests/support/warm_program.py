"""Stands for a program of chipbench, which a fork of the warm server runs.

Run as `python -IS warm_program.py FOLDER -m MODULE WORDS…`, with a file's path in place of the
module, or with `-u -c CODE` as pytest-xdist starts a process for tests; FOLDER is that of the
server's socket. It hands on its streams, folder, environment and the signals that it gets, and ends
as the program does; where it is killed, so is that.
"""

import json
import os
import resource
import select
import signal
import socket
import sys

FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2)


def main() -> None:
    """Ask for the program, pass on signals, end alike."""
    numbers, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno())
    for number in FORWARDED:
        signal.signal(number, lambda *_: None)
    server = ask(*sys.argv[1:])
    for stream in (0, 1):  # the program's alone, whose reader waits for its end
        os.close(stream)
    while True:
        ready, _, _ = select.select([server, numbers], [], [])
        if numbers in ready:
            server.sendall(numbers.recv(64))
        if server in ready:
            end_as(server.recv(4))


def ask(folder: str, option: str, *words: str) -> socket.socket:
    """The connection to the server, which has all that the program needs."""
    umask = os.umask(0)
    os.umask(umask)
    program: dict[str, object] = {"path": option, "words": words}
    if option == "-m":
        program = {"module": words[0], "words": words[1:]}
    elif option == "-u":
        program = {"code": words[-1]}
    request = program | {
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "umask": umask,
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "own_group": os.getpgrp() == os.getpid(),
    }
    data = json.dumps(request).encode()
    server = socket.socket(socket.AF_UNIX)
    os.chdir(folder)  # the address of a socket may not be long
    server.connect("socket")
    socket.send_fds(server, [len(data).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(data)
    return server


def end_as(status: bytes) -> None:
    """End with the program's exit code, or by the signal that ended it."""
    if not status:
        sys.exit("the warm server has gone")
    code = os.waitstatus_to_exitcode(int.from_bytes(status, "big"))
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
