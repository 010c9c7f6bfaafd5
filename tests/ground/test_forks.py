import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from chipbench.ground.forks import Fork, Warm
from chipbench.ground.processes import ProgramFailed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

TOP = Path(__file__).parents[2]
MODULES = "import os, signal, sys, time"


def started(*words: str) -> Warm:
    path = os.pathsep.join((str(TOP / "tests"), str(TOP / "src")))
    environment = os.environ | {"PYTHONPATH": path}
    return Warm("support.forked_program", *words, environment=environment, timeout_s=120)


@pytest.fixture
def warm() -> Iterator[Warm]:
    process = started()
    yield process
    process.close()


def fork(warm: Warm, *lines: str, timeout_s: float | None = None, **environment: str) -> Fork:
    begun = warm.fork([MODULES, *lines], environment, timeout_s)
    assert begun is not None
    return begun


def wait_for(path: Path) -> None:
    end_s = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end_s, f"no {path.name}"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("pass", 0),
        ("sys.exit(7)", 7),
        ("sys.exit(int(environment['CODE']))", 9),
        ("sys.exit(len(sys.stdin.read()))", 0),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_it_tells_how_its_program_ended(warm: Warm, line: str, code: int) -> None:
    for _ in range(2):  # one after the other
        with fork(warm, line, CODE="9") as program:
            assert program.ended().code == code


def test_a_program_that_takes_too_long_is_killed(warm: Warm) -> None:
    with fork(warm, "time.sleep(600)", timeout_s=0.2) as program:
        end = program.ended()
    assert end.code is None and end.how == "gave no result within 0.2 s"


def test_it_is_terminated_in_order_or_else_at_once(warm: Warm, tmp_path: Path) -> None:
    begun = f"open({str(tmp_path / 'begun')!r}, 'x')"
    for handler, grace_s, code in (("sys.exit(5)", 60, 5), ("None", 0.2, -signal.SIGKILL)):
        ignore = f"signal.signal(signal.SIGTERM, lambda *_: {handler})"
        with fork(warm, ignore, begun, "while True: time.sleep(1)") as program:
            wait_for(tmp_path / "begun")
            program.terminate(grace_s)
            assert program.ended().code == code
        (tmp_path / "begun").unlink()


def test_it_runs_one_program_at_a_time(warm: Warm) -> None:
    with fork(warm, "time.sleep(600)"):
        assert warm.fork(["pass"], {}, None) is None
    with fork(warm, "pass") as program:
        assert program.ended().code == 0


def test_a_program_ends_with_the_warm_process_and_no_other_is_begun(
    warm: Warm, tmp_path: Path
) -> None:
    parent = tmp_path / "parent"
    write = f"open({str(parent) + '.new'!r}, 'w').write(str(os.getppid()))"
    rename = f"os.rename({str(parent) + '.new'!r}, {str(parent)!r})"
    watch = "from chipbench.ground.signals import end_with_parent; end_with_parent()"
    with fork(warm, watch, write, rename, "time.sleep(600)") as program:
        wait_for(parent)
        psutil.Process(int(parent.read_text())).kill()
        assert program.ended().code == -signal.SIGTERM
    with pytest.raises(ProgramFailed, match="has gone"):
        warm.fork(["pass"], {}, None)


def test_one_that_cannot_be_started_says_so() -> None:
    with pytest.raises(ProgramFailed, match="ended before it was ready"):
        started("broken")
