"""A Python that has imported the large libraries once, and forks for each program of chipbench.

Run as `python warm_server.py PYTHON FRAMEWORK…` in the folder where its socket shall be; PYTHON is
what a program finds in `sys.executable`. Of chipbench it knows nothing: a program imports the copy
that its own folder and PYTHONPATH lead to. It opens no device and starts no thread of Python's. The
processes that run the tests side by side are forks as well, each begun by a line of code.
"""

import atexit
import ctypes
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

#: What is imported first where programs train with that framework. Keras has one back end in a
#: process, so it is TensorFlow's here, and a program of the others imports it itself.
FRAMEWORKS = {
    "tensorflow": ("tensorflow", "keras", "keras_cv", "mlflow.tensorflow"),
    "torch": ("torch",),
    "jax": ("jax",),
}
LIBRARIES = (
    "PIL.JpegImagePlugin",
    "aiohttp",
    "alembic.config",
    "flask",
    "hydra",
    "hydra._internal.hydra",
    "hypothesis",
    "jsonschema",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "mlflow.projects",
    "mlflow.pyfunc",
    "mlflow.store.tracking.sqlalchemy_store",
    "pandas",
    "rich.console",
    "scipy.stats",
    "sklearn.datasets",
    "sklearn.ensemble",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sqlalchemy.dialects.sqlite",
    "tensorflow_datasets",
)
#: Names packages, with commas between them, that a program and what it starts shall not find, as if
#: they were not installed.
HIDDEN = "CHIPBENCH_TEST_HIDDEN"
#: Rarely: a training makes objects by the million, few of them garbage in a circle. Without any
#: collection a short one took 2.0 s in place of 2.3.
COLLECT_AT = (100_000, 50, 50)
LENGTH_BYTES = 8  # of the number that comes before a request
_PR_SET_PDEATHSIG = 1  # as prctl.h of Linux has it

Request = Mapping[str, Any]


class Program:
    """A program that runs in a fork, and the connection of the process that stands for it."""

    def __init__(self, process: int, connection: socket.socket, own_group: bool) -> None:
        self.connection = connection
        self.ended = os.pidfd_open(process)
        self._process, self._own_group = process, own_group

    def follow(self) -> bool:
        """Give it the signals that its stand-in got; False once that is gone, killed perhaps."""
        with suppress(ConnectionError):
            numbers = self.connection.recv(64)
            for number in numbers:
                self._send(os.kill, number)
            return bool(numbers)
        return False

    def kill(self) -> None:
        """End it, and what it has started if its stand-in had a group of its own to end."""
        self._send(os.killpg if self._own_group else os.kill, signal.SIGKILL)

    def conclude(self) -> None:
        """Tell how it ended."""
        _, status = os.waitpid(self._process, 0)
        with suppress(ConnectionError):
            self.connection.sendall(status.to_bytes(4, "big"))
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self.connection.close()
        os.close(self.ended)

    def _send(self, send: Callable[[int, int], None], number: int) -> None:
        with suppress(ProcessLookupError):
            send(self._process, number)


class Server:
    """Forks for each request that comes to `listener`."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._events = selectors.DefaultSelector()
        self._events.register(listener, selectors.EVENT_READ)
        self._programs: set[Program] = set()

    def serve(self) -> Request:
        """Returns in the forks alone, with what is to be run."""
        while True:
            for key, _ in self._events.select():
                program: Program | None = key.data
                if program is None:
                    request = self._fork()
                    if request is not None:
                        return request
                elif key.fileobj == program.ended:
                    self._conclude(program)
                elif program in self._programs and not program.follow():
                    self._events.unregister(program.connection)
                    program.kill()

    def _fork(self) -> Request | None:
        connection, _ = self._listener.accept()
        try:
            request, streams = received(connection)
        except ConnectionError:
            connection.close()
            return None
        process = os.fork()
        if process == 0:
            for end in (self._listener, self._events, connection, *self._programs):
                end.close()
            become(request, streams)
            return request
        for stream in streams:
            os.close(stream)
        program = Program(process, connection, request["own_group"])
        self._programs.add(program)
        self._events.register(connection, selectors.EVENT_READ, program)
        self._events.register(program.ended, selectors.EVENT_READ, program)
        return None

    def _conclude(self, program: Program) -> None:
        self._events.unregister(program.ended)
        with suppress(KeyError):  # its stand-in has gone before
            self._events.unregister(program.connection)
        self._programs.remove(program)
        program.conclude()


def received(connection: socket.socket) -> tuple[Request, list[int]]:
    """What is asked for, and its stdin, stdout and stderr. Raises ConnectionError if cut off."""
    length, streams, _, _ = socket.recv_fds(connection, LENGTH_BYTES, 3)
    data = b""
    while len(data) < int.from_bytes(length, "big"):
        piece = connection.recv(2**20)
        if not piece:
            raise ConnectionError("cut off")
        data += piece
    return json.loads(data), streams


def become(request: Request, streams: list[int]) -> None:
    """Make this process what one started by the asker would be; it ends with the server."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.umask(request["umask"])
    os.setpriority(os.PRIO_PROCESS, 0, request["priority"])
    tempfile.tempdir = None
    if HIDDEN in os.environ:
        hide(os.environ[HIDDEN].split(","))


def hide(packages: Sequence[str]) -> None:
    """Let nothing find them. Nothing has imported them."""
    find = PathFinder.find_spec

    def find_others(name: str, path: Any = None, target: Any = None) -> Any:
        return None if name in packages else find(name, path, target)

    PathFinder.find_spec = find_others  # type: ignore[method-assign]


def compile_once(folder: str) -> None:
    """Keep bytecode in `folder` for the forks to come where the environment lets nothing keep it.

    Else each compiles chipbench for itself, and each test process every test.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.path.join(folder, "bytecode")


def look_through_what_is_installed() -> None:
    """As Hydra does for its plug-ins, and MLflow for the packages of a model that it saves."""
    import_module("hydra.core.plugins").Plugins.instance()
    packages = import_module("mlflow.utils.requirements_utils")
    getattr(packages, "_init_modules_to_packages_map", lambda: None)()  # MLflow's own matter


class LastWord:
    """Ends a fork once all else is done: taking the libraries down would cost a third of a second.

    Not after an exception, whose traceback and exit code are the interpreter's.
    """

    def __init__(self) -> None:
        atexit.register(self._say)  # what is registered first is called last
        self._code: int | None = None

    @contextmanager
    def heard(self) -> Iterator[None]:
        """The block is the program."""
        try:
            yield
        except SystemExit as end:
            if isinstance(end.code, int):
                self._code = end.code
            raise
        self._code = 0

    def _say(self) -> None:
        if self._code is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(self._code)


def main() -> None:
    """Wait until somebody asks, import, serve; in each fork run the module that was asked for."""
    warm_python, *frameworks = sys.argv[1:]
    found = sys.path[1:]  # without the folder of this file
    served = os.getcwd()
    last_word = LastWord()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("unready")
        listener.listen(64)
        os.rename("unready", "socket")
        with selectors.DefaultSelector() as first:
            first.register(listener, selectors.EVENT_READ)
            first.select()
        for framework in filter(find_spec, frameworks):
            for name in FRAMEWORKS[framework]:
                import_module(name)
        for name in LIBRARIES:
            import_module(name)
        look_through_what_is_installed()
        gc.collect()
        gc.freeze()  # a collection in a fork would copy all that it looks at
        gc.set_threshold(*COLLECT_AT)
        request = Server(listener).serve()
    compile_once(served)
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [os.getcwd(), *filter(None, given), *found]
    with last_word.heard():
        if "module" in request:
            sys.executable = warm_python
            sys.argv = [request["module"], *request["words"]]
            runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
        elif "path" in request:
            sys.argv = [request["path"], *request["words"]]
            runpy.run_path(request["path"], run_name="__main__")
        else:
            sys.argv = ["-c"]
            sys.modules["__main__"] = beginning = ModuleType("__main__")
            exec(request["code"], vars(beginning))


if __name__ == "__main__":
    main()
