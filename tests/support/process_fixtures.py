"""How the programs start that tests start: in forks of a warm Python, or cold as a user's do."""

import json
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from packaging.version import Version
from support.sharing import SharedServer, shared
from support.tracking_server import wait_for
from support.warm_server import HIDDEN

#: Its program's name and the framework's make what it says.
Trial = Callable[[str, str], Any]

_HERE = Path(__file__).parent
#: Begins with an interpreter of its own, and so does what it starts.
COLD = sys.executable
#: Takes the place of Python, and is it for all but chipbench's programs, MLflow's, and what
#: pytest-xdist begins a process for tests with.
_PYTHON = """#!/bin/sh
case "$1 $2 $3" in
  "-u -c import sys;exec(eval(sys.stdin.readline()))" | \\
  "-m chipbench."* | "-m support."* | "-m mlflow "* | "-m uvicorn "* | \\
  *"/add_user.py "*)
    exec {cold} -IS {program} {folder} "$@" ;;
esac
exec {cold} "$@"
"""


def _python(config: pytest.Config, folder: Path, *frameworks: str) -> str:
    """A Python that finds these and MLflow imported, which takes seconds each time.

    Not where coverage is measured, which begins with an interpreter, nor on macOS, whose libraries
    do not survive a fork.
    """
    if sys.platform != "linux" or config.pluginmanager.hasplugin("_cov"):
        return COLD
    name = "_".join(("warm", *frameworks))
    shared(folder, name, lambda files: _start(files, *frameworks))
    return str(folder / name / "python")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """The process that hands out tests starts those that run them as `sys.executable`."""
    config = session.config
    if config.pluginmanager.hasplugin("dsession"):
        folder = config._tmp_path_factory.getbasetemp()
        sys.executable = _python(config, folder, "tensorflow")


@pytest.fixture(scope="session", autouse=True)
def warm(session_folder: Path, pytestconfig: pytest.Config) -> Iterator[None]:
    """Has chipbench's programs start warm, and TensorFlow's operations no threads of their own.

    Test processes side by side keep all cores busy, and threads that wait for work do not sleep.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_NUM_INTRAOP_THREADS", "1")
        _use(_python(pytestconfig, session_folder, "tensorflow"), patch)
        yield


@pytest.fixture
def other_frameworks(
    session_folder: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Has the test's programs find PyTorch and JAX imported, and TensorFlow not."""
    # A busy machine makes threads that wait for each other tens of times slower.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("TORCH_COMPILE_DISABLE", "1")  # trying it takes 20 s
    # What JAX compiles takes most of its time, and is the same in each of its programs; to make it
    # fast takes longer than such small models then save.
    monkeypatch.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "true")
    if find_spec("jaxlib") and Version(version("jaxlib")) >= Version("0.10"):
        # Its emitters of fused loops make what takes LLVM twice as long. XLA ends a program that
        # names a flag which it does not know.
        monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false", prepend=" ")
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(session_folder / "jax"))
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
    monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
    _use(_python(pytestconfig, session_folder, "torch", "jax"), monkeypatch)


@pytest.fixture
def trial(
    request: pytest.FixtureRequest, session_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Trial:
    """What a program of this folder says of a framework, asked once for all test processes."""

    def said(program: str, framework: str) -> Any:
        path = session_folder / f"{program}_{framework}.json"
        with FileLock(f"{path}.lock"):
            if not path.exists():
                if framework != "tensorflow":
                    request.getfixturevalue("other_frameworks")
                monkeypatch.setenv("OMP_NUM_THREADS", "1")
                monkeypatch.setenv("PYTHONPATH", str(_HERE.parent), prepend=os.pathsep)
                command = [sys.executable, "-m", f"support.{program}", framework]
                ended = subprocess.run(command, capture_output=True, text=True)
                assert ended.returncode == 0, ended.stderr[-3000:]
                path.write_text(ended.stdout.splitlines()[-1])
        return json.loads(path.read_text())

    return said


@pytest.fixture
def without_tensorflow(other_frameworks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the test's programs and what they start find no TensorFlow, where they start warm."""
    monkeypatch.setenv(HIDDEN, "tensorflow")


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has every program of the test begin with an interpreter of its own."""
    _use(COLD, monkeypatch)


def _use(python: str, patch: pytest.MonkeyPatch) -> None:
    """Has this Python start whatever starts, also as `python`, as which `mlflow run` knows it."""
    patch.setattr(sys, "executable", python)
    patch.setenv("PATH", str(Path(python).parent), prepend=os.pathsep)


def _start(folder: Path, *frameworks: str) -> SharedServer:
    python = folder / "python"
    places = {"cold": COLD, "program": _HERE / "warm_program.py", "folder": folder}
    quoted = {name: shlex.quote(str(place)) for name, place in places.items()}
    python.write_text(_PYTHON.format(**quoted))
    python.chmod(0o755)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [COLD, str(_HERE / "warm_server.py"), str(python), *frameworks],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_for("the warm server", (folder / "socket").exists, server, 120)
    return SharedServer(server.pid)


def _environment() -> dict[str, str]:
    """What the libraries see while they are imported: MLflow starts its telemetry then."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return known | {"MLFLOW_DISABLE_TELEMETRY": "true", "TF_CPP_MIN_LOG_LEVEL": "3"}


@pytest.fixture
def as_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """In a folder of its own; `sync` sets MLflow's environment variables and silences logging."""
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    yield
    os.environ.clear()
    os.environ.update(before)
    logging.disable(logging.NOTSET)
