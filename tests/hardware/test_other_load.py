"""Other programs' use of the processor, with another program that uses one core."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from chipbench.hardware.other_load import OtherLoad, Own, load_now

SPIN = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SPIN!r}])"


@contextmanager
def orphan() -> Iterator[None]:
    """A program that spins and is nobody's child here."""
    subprocess.run([sys.executable, "-c", ORPHAN], check=True)
    (spinning,) = [p for p in psutil.process_iter() if _spins(p)]
    try:
        yield
    finally:
        spinning.kill()


def _spins(process: psutil.Process) -> bool:
    try:
        return process.cmdline()[1:] == ["-c", SPIN]
    except psutil.Error:
        return False


def one_core_percent() -> float:
    return 100 / (psutil.cpu_count() or 1)


def test_another_program_is_seen() -> None:
    with orphan():
        load = load_now(2.0)
    assert load is not None
    assert load.others_percent > 0.4 * one_core_percent()


def test_our_own_work_and_our_childrens_are_not_others() -> None:
    before = load_now(1.0)
    watch = OtherLoad()
    child = subprocess.Popen([sys.executable, "-c", SPIN.replace("20", "2")])
    end = time.monotonic() + 1
    while time.monotonic() < end:
        pass
    alive = watch.so_far()
    child.wait()
    ended = watch.so_far()
    assert before is not None and alive is not None and ended is not None
    # On two cores the child alone would be 50 %, and this process as much.
    for load in (alive, ended):
        assert load.others_percent < before.others_percent + 0.5 * one_core_percent()


def test_no_time_says_nothing() -> None:
    assert OtherLoad().so_far() is None


CHILD, GRANDCHILD, NEW = (7, 1.0), (8, 1.5), (9, 4.0)


@pytest.mark.parametrize(
    ("now", "used_s"),
    [
        (Own(2.5, 0.0, {CHILD: 3.5, GRANDCHILD: 8.0}), 1.0),
        (Own(2.0, 4.0, {GRANDCHILD: 8.0}), 1.0),  # the child has been waited for: 4 s in all
        (Own(2.0, 0.0, {CHILD: 3.0}), 0.0),  # the grandchild's account went with it
        (Own(2.0, 0.5, {CHILD: 3.0, GRANDCHILD: 8.0}), 0.5),  # one that lived between the two
        (Own(2.0, 0.0, {CHILD: 3.0, GRANDCHILD: 8.0, NEW: 0.25}), 0.25),
        (Own(2.0, 0.0, {(7, 5.0): 0.5, GRANDCHILD: 8.0}), 0.5),  # a number that came again
    ],
)
def test_a_child_that_ended_takes_nothing_from_what_was_used(now: Own, used_s: float) -> None:
    assert now.since(Own(2.0, 0.0, {CHILD: 3.0, GRANDCHILD: 8.0})) == pytest.approx(used_s)
