"""What this process starts, seen on real processes."""

import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from chipbench.ground import processes
from chipbench.ground.processes import (
    Child,
    Exit,
    ProgramFailed,
    TrialError,
    module_command,
    output_of,
    run_trial,
    with_import_path,
)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_what_it_said_is_there_at_the_end() -> None:
    with Child(
        python("import sys; print('one\\n\\ntwo'); print('three', file=sys.stderr)")
    ) as child:
        end = child.ended()
    assert (end.code, end.lines, end.errors) == (0, ("one", "two"), ("three",))
    assert end.failure is None and end.time_s > 0


def test_lines_come_while_it_runs() -> None:
    code = "import time; print('first', flush=True); time.sleep(600)"
    with Child(python(code), listened=True) as child:
        assert next(child.lines()) == "first\n"
        assert child.process.poll() is None


def test_silence_is_noticed() -> None:
    code = "import time; print('first', flush=True); time.sleep(600)"
    with Child(python(code), listened=True) as child, pytest.raises(TimeoutError):
        list(child.lines(silence_s=1.0))
    assert child.process.poll() is not None


def test_the_block_does_not_wait_for_a_stranger_that_holds_the_output() -> None:
    begin_s = time.perf_counter()
    with (
        pytest.raises(TimeoutError),
        Child(["sh", "-c", "echo begun; sleep 15; true"], listened=True) as child,
    ):
        list(child.lines(silence_s=0.5))
    assert time.perf_counter() - begin_s < 10


def test_a_process_that_ignores_sigterm_ends_at_its_limit() -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    with Child(python(code), timeout_s=0.5) as child:
        end = child.ended()
    assert end.code is None and end.failure == "no result within 0.5 s"


def test_terminate_ends_in_order_or_else_at_once() -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True);"
    )
    with Child(python(f"{code} time.sleep(600)"), listened=True) as child:
        next(child.lines())
        child.terminate(grace_s=0.2)
    assert child.process.poll() == -signal.SIGKILL


@pytest.mark.parametrize("then", ["time.sleep(600)", "sys.exit(0)"])
def test_what_it_starts_ends_with_its_group(then: str) -> None:
    code = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        f"print(p.pid, flush=True); {then}"
    )
    with Child(python(code), listened=True, own_group=True) as child:
        grandchild = psutil.Process(int(next(child.lines())))
        if "exit" in then:
            child.process.wait()
    deadline_s = time.monotonic() + 120
    while is_alive(grandchild) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert not is_alive(grandchild)


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_signal_without_a_name_is_told_by_its_number() -> None:
    assert Exit(-35, 1.0).how == "was killed by signal 35"


@pytest.mark.parametrize(
    ("code", "failure", "told"),
    [
        (
            "raise SystemExit(3)",
            "the process ended with code 3",
            "x ended with code 3: it said nothing",
        ),
        ("import sys; sys.exit('why')", "why", "x ended with code 1: why"),
        (
            "import os; os.kill(os.getpid(), 9)",
            "the process was killed by signal 9 (SIGKILL)",
            "x was killed by signal 9 (SIGKILL): it said nothing",
        ),
    ],
)
def test_how_it_failed_is_said_in_one_way(code: str, failure: str, told: str) -> None:
    with Child(python(code)) as child:
        end = child.ended()
    assert end.failure == failure
    assert end.told("x") == told


def test_a_flood_on_stderr_neither_blocks_nor_fills_the_memory() -> None:
    code = "import sys; [sys.stderr.write('x' * 99 + '\\n') for _ in range(200_000)]; sys.exit(1)"
    with Child(python(code), timeout_s=60) as child:
        end = child.ended()
    assert end.code == 1 and len(end.errors) < 20_000
    assert len(end.told("x")) < 1000


def test_a_program_that_is_not_there_says_so() -> None:
    with pytest.raises(ProgramFailed, match="no-such-program does not start"):
        Child(["/nowhere/no-such-program"])


def test_a_module_is_found_from_any_folder(tmp_path: Path) -> None:
    environment = with_import_path({k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    command = module_command("chipbench.ground.errors")
    with Child(command, folder=tmp_path, environment=environment) as child:
        assert child.ended().code == 0


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("print('{\"a\": 1}'); raise SystemExit(1)", "ended with code 1"),
        ("pass", "it said nothing"),
        ("print('no JSON')", "the trial gave no answer but 'no JSON'"),
        ("import sys; sys.exit('no kernel')", "the trial failed: no kernel"),
        ("import os; os.abort()", "SIGABRT"),
        ("import time; time.sleep(600)", "no result within 3 s"),
    ],
)
def test_a_trial_without_an_answer_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    (tmp_path / "failing.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(TrialError, match=why):
        run_trial("failing", {}, 3)


def test_a_trials_answer_is_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "answering.py").write_text("import sys; print('noise'); print(sys.argv[1])")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert run_trial("answering", {"a": [1, "ä"]}, 60) == {"a": [1, "ä"]}


def test_the_output_is_what_the_command_prints() -> None:
    assert output_of(sys.executable, "-c", "print('yes')") == b"yes\n"


def test_a_missing_or_failing_command_tells_nothing() -> None:
    assert output_of("/nowhere/no-such-command") is None
    assert output_of(sys.executable, "-c", "raise SystemExit(1)") is None


def test_a_hanging_command_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_COMMAND_TIMEOUT_S", 0.2)
    assert output_of(sys.executable, "-c", "import time; time.sleep(30)") is None
