import platform
import resource
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from chipbench.hardware import host


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_processors_name_is_read_from_cpuinfo(tmp_path: Path) -> None:
    text = "processor\t: 0\nmodel name\t: AMD Ryzen 9 5950X 16-Core Processor\n"
    write(tmp_path, {"cpuinfo": text})
    assert host.cpu_model(tmp_path / "cpuinfo") == "AMD Ryzen 9 5950X 16-Core Processor"
    assert host.cpu_model(tmp_path / "absent")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({".dockerenv": ""}, "container"),
        ({"run/.containerenv": ""}, "container"),
        ({"proc/1/cgroup": "0::/kubepods/besteffort/pod1"}, "container"),
        ({"proc/1/cgroup": "0::/init.scope"}, None),
        ({"proc/cpuinfo": "flags : fpu hypervisor avx"}, "virtual machine"),
        ({"sys/class/dmi/id/product_name": "Standard PC (Q35 + ICH9, 2009)"}, "virtual machine"),
        ({"sys/class/dmi/id/product_name": "XPS 15 9500"}, None),
        ({"proc/cpuinfo": "flags : fpu avx"}, None),
    ],
)
def test_containers_and_virtual_machines(
    files: dict[str, str], expected: str | None, tmp_path: Path
) -> None:
    assert host.virtualization(write(tmp_path, files)) == expected


def test_the_governor_is_read_where_there_is_one(tmp_path: Path) -> None:
    assert host.cpu_governor(tmp_path) is None
    write(tmp_path, {"cpu0/cpufreq/scaling_governor": "powersave\n"})
    assert host.cpu_governor(tmp_path) == "powersave"


def test_the_open_files_limit_is_raised_and_never_lowered() -> None:
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    host.raise_open_files_limit()
    raised, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert raised > 256
    host.raise_open_files_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == raised
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))


def test_a_limit_that_macos_refuses_is_tried_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def setrlimit(_: int, limits: tuple[int, int]) -> None:
        asked.append(limits[0])
        if limits[0] > 61_440:
            raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", setrlimit)
    host.raise_open_files_limit()
    assert asked == [65_536, 10_240]


def test_a_containers_limit_bounds_the_available_memory(tmp_path: Path) -> None:
    write(tmp_path, {"memory.max": f"{300 * 2**20}\n", "memory.current": f"{100 * 2**20}\n"})
    assert host.available_memory_mib(tmp_path) == 200
    write(tmp_path, {"memory.max": "max\n"})
    assert host.available_memory_mib(tmp_path) > 200


def test_versions_are_read_without_importing_anything() -> None:
    before = set(sys.modules)
    found = host.versions()
    assert {"python", "chipbench", "tensorflow", "numpy", "tensorflow-metadata"} <= set(found)
    assert found["python"] == platform.python_version()
    assert not {"tensorflow", "keras", "mlflow"} & (set(sys.modules) - before)


@pytest.mark.parametrize(
    ("plugged", "expected"), [(True, "mains"), (False, "battery"), (None, None)]
)
def test_the_power_source(
    plugged: bool | None, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    battery = SimpleNamespace(power_plugged=plugged)
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)
    assert host.power_source() == expected


def test_colab_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    assert not host.on_colab()
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab_20260101")
    assert host.on_colab()
