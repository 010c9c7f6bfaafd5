import threading
import time
from collections import namedtuple
from types import SimpleNamespace

import psutil
import pytest

from chipbench.ground import metrics
from chipbench.hardware.host_sensor import HostSensor

Times = namedtuple("Times", "user nice system idle iowait guest guest_nice")


def at(busy_s: float, idle_s: float, guest_s: float = 0.0) -> Times:
    """Seconds of all cores; Linux counts a guest's time as the user's as well."""
    return Times(busy_s, 0.0, 0.0, idle_s / 2, idle_s / 2, guest_s, 0.0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[Times]:
    """What the kernel says next; the last one stays."""
    times = [at(100.0, 100.0)]
    monkeypatch.setattr(psutil, "cpu_times", lambda: times.pop(0) if len(times) > 1 else times[0])
    monkeypatch.setattr(psutil, "cpu_count", lambda: 2)
    return times


def test_cpu_use_is_that_since_the_last_reading(clock: list[Times]) -> None:
    sensor = HostSensor()
    clock[:] = [at(101.5, 100.5)]
    assert sensor.read()[metrics.CPU_UTILIZATION] == pytest.approx(75.0)
    clock[:] = [at(101.5, 102.5)]
    assert sensor.read()[metrics.CPU_UTILIZATION] == pytest.approx(0.0)


def test_a_guests_time_is_not_counted_twice(clock: list[Times]) -> None:
    sensor = HostSensor()
    clock[:] = [at(101.0, 101.0, guest_s=1.0)]
    assert sensor.read()[metrics.CPU_UTILIZATION] == pytest.approx(50.0)


def test_without_an_interval_cpu_use_is_absent_not_zero(clock: list[Times]) -> None:
    sensor = HostSensor()
    assert metrics.CPU_UTILIZATION not in sensor.read()
    clock[:] = [at(100.01, 100.01)]
    assert metrics.CPU_UTILIZATION not in sensor.read()
    clock[:] = [at(101.0, 100.0)]
    assert sensor.read()[metrics.CPU_UTILIZATION] == pytest.approx(100.0)


def test_another_threads_first_reading_is_not_zero() -> None:
    sensor = HostSensor()
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        pass
    seen: list[dict[str, float]] = []
    thread = threading.Thread(target=lambda: seen.append(sensor.read()))
    thread.start()
    thread.join()
    assert 10 < seen[0][metrics.CPU_UTILIZATION] <= 100


def test_disk_and_network_count_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    network = SimpleNamespace(bytes_recv=5e9, bytes_sent=1e9)
    disk = SimpleNamespace(read_bytes=7e9, write_bytes=2e9)
    monkeypatch.setattr(psutil, "net_io_counters", lambda: SimpleNamespace(**vars(network)))
    monkeypatch.setattr(psutil, "disk_io_counters", lambda: SimpleNamespace(**vars(disk)))
    sensor = HostSensor()
    network.bytes_recv += 3e6
    disk.write_bytes += 4e6
    values = sensor.read()
    assert values[metrics.NETWORK_RECEIVE] == 3.0
    assert values[metrics.NETWORK_TRANSMIT] == 0.0
    assert values[metrics.DISK_WRITE] == 4.0
    assert values[metrics.DISK_READ] == 0.0


def test_what_a_sandbox_refuses_is_absent_and_hides_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("not in this sandbox")

    for name in ("net_io_counters", "disk_io_counters", "swap_memory", "disk_usage"):
        monkeypatch.setattr(psutil, name, refused)
    monkeypatch.setattr(psutil, "sensors_temperatures", refused, raising=False)
    values = HostSensor().read()
    assert metrics.SWAP_USED not in values
    assert metrics.DISK_READ not in values
    assert metrics.NETWORK_RECEIVE not in values
    assert values[metrics.MEMORY_USED] > 10


def test_the_hottest_cpu_sensor_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    chips = {
        "coretemp": [SimpleNamespace(current=61.0), SimpleNamespace(current=0.0)],
        "nvme": [SimpleNamespace(current=80.0)],
    }
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: chips, raising=False)
    assert HostSensor().read()[metrics.CPU_TEMPERATURE] == 61.0
    chips["coretemp"] = [SimpleNamespace(current=0.0)]
    assert metrics.CPU_TEMPERATURE not in HostSensor().read()


def test_every_name_is_of_the_metric_table() -> None:
    for name in HostSensor().read():
        assert metrics.metric(name).unit
