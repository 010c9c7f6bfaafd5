import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from chipbench.ground import metrics
from chipbench.hardware.process_sensor import ProcessSensor

#: Keeps 150 MB and says so.
HOLD = "held = bytes(range(256)) * 586_000; print(len(held), flush=True); input()"


def test_the_memory_of_a_child_counts_until_it_ends() -> None:
    before = ProcessSensor().read()[metrics.PROCESS_MEMORY_USED]
    assert before > 10
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None and child.stdout.readline()
        during = ProcessSensor().read()[metrics.PROCESS_MEMORY_USED]
        child.kill()
    assert during > before + 140
    assert ProcessSensor().read()[metrics.PROCESS_MEMORY_USED] < during - 140


def test_children_are_not_looked_for_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine of a thousand processes that would take more than is measured."""
    clock = SimpleNamespace(now=0.0, searches=0)

    def children(self: psutil.Process, recursive: bool) -> list[psutil.Process]:
        clock.now += 0.0125
        clock.searches += 1
        return []

    monkeypatch.setattr("chipbench.hardware.process_sensor.time.monotonic", lambda: clock.now)
    monkeypatch.setattr(psutil.Process, "children", children)
    sensor = ProcessSensor()
    for _ in range(10):
        sensor.read()
        clock.now += 1.0
    assert clock.searches == 4, "every third second: half a per cent of the time"


def test_a_child_that_cannot_be_asked_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = SimpleNamespace(memory_info=lambda: (_ for _ in ()).throw(psutil.NoSuchProcess(1)))
    monkeypatch.setattr(psutil.Process, "children", lambda self, recursive: [gone])
    values = ProcessSensor().read()
    assert set(values) == {metrics.PROCESS_MEMORY_USED} and values[metrics.PROCESS_MEMORY_USED] > 10


def test_what_a_sandbox_refuses_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "children", refused)
    assert metrics.PROCESS_MEMORY_USED in ProcessSensor().read()
    monkeypatch.setattr(psutil.Process, "memory_info", refused)
    assert ProcessSensor().read() == {}
