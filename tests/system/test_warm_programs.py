"""What stands for a program of chipbench while tests run starts, is told and ends as one does."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all start cold")
MODULE = "import os, signal, sys, time\n"


@pytest.fixture(params=["warm", "cold"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The source of `chipbench.program` in the test's own folder, to be written."""
    if request.param == "cold":
        request.getfixturevalue("cold")
    package = tmp_path / "chipbench"
    package.mkdir()
    (package / "__init__.py").touch()
    return package / "program.py"


def begin(
    program: Path, *words: str, nice: str = "0", own_group: bool = False
) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "chipbench.program", *words]
    return subprocess.Popen(
        [str(shutil.which("nice")), "-n", nice, *command],
        cwd=program.parents[1],
        env=os.environ | {"CALLED": "by this"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=own_group,
    )


def test_it_has_its_words_folder_environment_priority_and_streams(program: Path) -> None:
    said = "os.environ['CALLED'], os.getcwd(), os.nice(0), sys.argv, sys.stdin.read()"
    program.write_text(f"{MODULE}print({said})\nprint('wrong', file=sys.stderr)\nsys.exit(7)\n")
    process = begin(program, "a b", nice="5")
    words = [str(program), "a b"]
    output, errors = process.communicate("given")
    assert output == f"by this {program.parents[1]} {os.nice(0) + 5} {words} given\n"
    assert errors == "wrong\n"
    assert process.returncode == 7


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", 0),
        ("raise ValueError", 1),
        ("sys.exit('no')", 1),
        ("os.abort()", -signal.SIGABRT),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_it_ends_with_the_programs_code_or_signal(source: str, code: int, program: Path) -> None:
    program.write_text(MODULE + source)
    process = begin(program)
    process.communicate()
    assert process.returncode == code


def test_its_threads_and_what_waits_for_its_end_are_heard(program: Path) -> None:
    end = "atexit.register(print, 'end')"
    thread = "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()"
    program.write_text(f"{MODULE}import atexit, threading\n{end}\n{thread}\n")
    output, _ = begin(program).communicate()
    assert output == "thread\nend\n"


def test_a_signal_reaches_the_program(program: Path) -> None:
    handler = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))"
    program.write_text(f"{MODULE}{handler}\nprint('begun', flush=True)\ntime.sleep(600)\n")
    process = begin(program)
    assert process.stdout is not None and process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 9


@pytest.mark.parametrize("own_group", [False, True])
def test_what_is_killed_is_gone_and_its_groups_children_too(own_group: bool, program: Path) -> None:
    child = "child = os.fork() or os.execlp('sleep', 'sleep', '60')"
    program.write_text(f"{MODULE}{child}\nprint(os.getpid(), child, flush=True)\ntime.sleep(60)\n")
    process = begin(program, own_group=own_group)
    assert process.stdout is not None
    parent, child = (psutil.Process(int(word)) for word in process.stdout.readline().split())
    os.killpg(process.pid, signal.SIGKILL) if own_group else process.kill()
    assert process.wait() == -signal.SIGKILL
    parent.wait(60)
    if own_group:
        child.wait(60)
    else:
        child.kill()  # raises if it has gone
