"""Each planted fault of a system ends as a gap of its own, and as something that is named."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from support.machines import LINUX
from support.nvml import POWERS, FakeNvml, NVMLError

from chipbench import hardware
from chipbench.hardware import host
from chipbench.hardware.amd import AmdGpus
from chipbench.hardware.compatibility import accelerator_mismatch
from chipbench.hardware.cores import usable_cores
from chipbench.hardware.host_sensor import HostSensor
from chipbench.hardware.installation import installation_id
from chipbench.hardware.nvidia import NvidiaGpus


class Eight(FakeNvml):
    """Eight GPUs; `answers` replaces what NVML says."""

    def __init__(self, *missing: str, **answers: Any) -> None:
        super().__init__(*missing)
        self.own = {
            "nvmlDeviceGetCount": lambda: 8,
            "nvmlDeviceGetUUID": lambda handle: f"GPU-{handle}aaa-bbb",
            "nvmlDeviceGetName": lambda handle: f"NVIDIA H{handle}00",
            "nvmlDeviceGetHandleByUUID": lambda uuid: 7,
        } | answers

    def __getattribute__(self, name: str) -> Any:
        own = object.__getattribute__(self, "__dict__").get("own", {})
        return own[name] if name in own else object.__getattribute__(self, name)


def raising(error: Exception) -> Any:
    def answer(*_: object) -> Any:
        raise error

    return answer


def nvidia(
    monkeypatch: pytest.MonkeyPatch,
    nvml: FakeNvml,
    visible: str | None = None,
    driver: str | None = None,
) -> NvidiaGpus:
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    return NvidiaGpus(environment, lambda: driver)


@pytest.mark.parametrize(
    ("error", "driver", "said"),
    [
        (NVMLError("Driver/library version mismatch", 18), "550.54", "version mismatch"),
        (NVMLError("Unknown Error", 999), None, "Unknown Error"),
        (NVMLError("Insufficient Permissions", 4), None, "Insufficient Permissions"),
        (NVMLError("Driver Not Loaded", 9), "550.54", "550.54 is loaded"),
        (NVMLError("NVML Shared Library Not Found", 12), "550.54", "550.54 is loaded"),
        (OSError("wrong ELF class"), None, "wrong ELF class"),
        (NVMLError("Driver Not Loaded", 9), None, None),
        (NVMLError("NVML Shared Library Not Found", 12), None, None),
    ],
)
def test_an_nvml_that_fails_is_unknown_and_not_none(
    error: Exception, driver: str | None, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = nvidia(monkeypatch, Eight(nvmlInit=raising(error)), driver=driver)
    monkeypatch.setattr(hardware, "NvidiaGpus", lambda: gpus)
    machine = hardware.detect()
    assert machine.accelerators == ()
    finding = accelerator_mismatch(machine, 0, "auto", "torch")
    if said is None:
        assert finding is None
    else:
        assert said in str(finding) and "machine.accelerator=cpu" in str(finding)
    assert accelerator_mismatch(machine, 0, "cpu", "torch") is None, "the CPU is meant"
    assert accelerator_mismatch(machine, 1, "auto", "torch") is None, "the framework sees it"


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        (None, [f"NVIDIA H{n}00" for n in range(8)]),
        ("3", ["NVIDIA H300"]),
        ("6,1", ["NVIDIA H600", "NVIDIA H100"]),
        (" 2 , 4", ["NVIDIA H200", "NVIDIA H400"]),
        ("GPU-5a", ["NVIDIA H500"]),
        ("gpu-5AAA-bbb", ["NVIDIA H500"]),
        ("0,9,1", ["NVIDIA H000"]),
        ("0,-1,1", ["NVIDIA H000"]),
        ("MIG-GPU-1aaa-bbb/7/0", ["NVIDIA H700"]),
        ("MIG-c7384736-a75d-5afc", ["NVIDIA H700"]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("1,1", []),
        ("GPU-", []),
        ("²", []),
    ],
)
def test_the_gpus_are_those_that_the_process_may_use(
    visible: str | None, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = nvidia(monkeypatch, Eight(), visible)
    assert [gpu.name for gpu in gpus.accelerators()] == names
    assert list(gpus.counted_j()) == list(POWERS[: len(names)])
    assert (gpus.doubt is not None) == (not names), "hidden is not none"


def test_one_of_eight_is_named_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    gpus = nvidia(monkeypatch, Eight(nvmlDeviceGetName=lambda _: "NVIDIA H100"), "3")
    monkeypatch.setattr(hardware, "NvidiaGpus", lambda: gpus)
    assert hardware.detect().name == "NVIDIA H100"


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: b"NVIDIA \xff\xfeTX",
        raising(UnicodeDecodeError("utf-8", b"NVIDIA \xff\xfeTX", 7, 8, "invalid start byte")),
    ],
)
def test_a_name_that_is_no_utf8_is_a_name(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = nvidia(monkeypatch, Eight(nvmlDeviceGetName=answer)).accelerators()[0]
    assert first.name == "NVIDIA \ufffd\ufffdTX"


@pytest.mark.parametrize(
    "memory",
    [
        lambda _: SimpleNamespace(total=0, used=0),
        lambda _: SimpleNamespace(total=None, used=None),
        lambda _: None,
        raising(NVMLError("Not Supported", 3)),
    ],
)
def test_a_card_without_memory_size_keeps_its_other_readings(
    memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = nvidia(monkeypatch, Eight(nvmlDeviceGetMemoryInfo=memory))
    assert gpus.accelerators()[0].memory_mib is None
    values = gpus.read()
    assert values[POWERS[0]] == 140 and "system/gpu_0_memory_usage_percentage" not in values


def card(root: Path, number: int, **files: str) -> None:
    device = root / f"card{number}" / "device"
    device.mkdir(parents=True)
    for name, text in {"gpu_busy_percent": "1", **files}.items():
        (device / name).write_bytes(text.encode("latin-1"))


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, ["MI2", "MI9", "MI10"]),
        ({"HIP_VISIBLE_DEVICES": "2"}, ["MI10"]),
        ({"ROCR_VISIBLE_DEVICES": "GPU-id9"}, ["MI9"]),
        ({"ROCR_VISIBLE_DEVICES": "1,2", "HIP_VISIBLE_DEVICES": "1"}, ["MI10"]),
        ({"CUDA_VISIBLE_DEVICES": "0"}, ["MI2"]),
        ({"HIP_VISIBLE_DEVICES": "-1"}, []),
    ],
)
def test_amds_variables_choose_too(
    environment: dict[str, str], names: list[str], tmp_path: Path
) -> None:
    for number in (10, 9, 2):
        card(tmp_path, number, product_name=f"MI{number}", unique_id=f"id{number}")
    gpus = AmdGpus(tmp_path, environment)
    assert [gpu.name for gpu in gpus.accelerators()] == names
    assert (gpus.doubt is not None) == (not names)


def test_an_amd_name_that_is_no_utf8_is_a_name(tmp_path: Path) -> None:
    card(tmp_path, 0, product_name="Rade\xffon", mem_info_vram_total="0")
    (gpu,) = AmdGpus(tmp_path, {}).accelerators()
    assert (gpu.name, gpu.memory_mib) == ("Rade\ufffdon", None)


def test_no_odd_answer_of_the_system_stops_the_detection(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = FileNotFoundError(2, "No such file", "/sys/class/power_supply")
    monkeypatch.setattr(psutil, "sensors_battery", raising(odd), raising=False)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: None)
    monkeypatch.setattr(os, "sched_getaffinity", raising(OSError("not here")), raising=False)
    machine = hardware.detect()
    assert (machine.power_source, machine.cpu_cores_physical) == (None, None)
    assert machine.cpu_cores_logical >= 1


@pytest.mark.parametrize(
    "fault", [KeyError("MemAvailable"), ValueError("no number"), ZeroDivisionError(), IndexError()]
)
def test_what_a_container_figures_wrongly_is_absent_alone(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("virtual_memory", "swap_memory", "disk_io_counters"):
        monkeypatch.setattr(psutil, name, raising(fault))
    values = HostSensor().read()
    assert "system/disk_usage_megabytes" in values
    assert not [name for name in values if "memory" in name or "swap" in name]


def test_figures_that_begin_anew_are_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    times = SimpleNamespace
    now = [times(idle=900.0, iowait=0.0, busy=100.0)]
    made = HostSensor()
    monkeypatch.setattr(
        "chipbench.hardware.host_sensor._cpu_times",
        lambda: SimpleNamespace(total_s=now[0].idle + now[0].busy, idle_s=now[0].idle),
    )
    made.read()
    now[0] = times(idle=1.0, iowait=0.0, busy=1.0)
    made.read()
    now[0] = times(idle=2.0, iowait=0.0, busy=4.0)
    assert made.read()["system/cpu_utilization_percentage"] == pytest.approx(75.0)


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"proc/self/cgroup": "0::/a/b", "sys/fs/cgroup/a/cpu.max": "50000 100000"}, 0.5),
        ({"proc/self/cgroup": "0::/../x", "sys/fs/cgroup/cpu.max": "150000 100000"}, 1.5),
        ({"sys/fs/cgroup/cpu.max": "max 100000"}, 2),
        ({"sys/fs/cgroup/cpu.max": "nonsense"}, 2),
        (
            {
                "proc/self/cgroup": "4:memory:/m\n3:cpu,cpuacct:/docker/1",
                "sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_quota_us": "100000",
                "sys/fs/cgroup/cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000",
            },
            1,
        ),
        (
            {
                "proc/self/cgroup": "3:cpu:/not/seen/here",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            },
            0.5,
        ),
        (
            {
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            },
            2,
        ),
    ],
)
def test_a_quota_bounds_the_cores(
    files: dict[str, str], cores: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 2)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    assert usable_cores(tmp_path) == cores


def test_fewer_cores_are_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    machines = []
    for allowed in ({0}, {0, 1}):
        monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 2)
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, a=allowed: a, raising=False)
        machines.append(hardware.detect("a" * 32))
    one, two = machines
    assert one.name != two.name and one.fingerprint != two.fingerprint
    assert (one.cpu_cores_logical, one.name.endswith("(1 core)")) == (1, True)
    monkeypatch.setattr("platform.release", lambda: "99.1")
    assert hardware.detect("a" * 32).fingerprint == two.fingerprint, "a kernel's update"
    assert hardware.detect("b" * 32).fingerprint != two.fingerprint, "another machine"
    assert hardware.detect().fingerprint is None


def test_an_installation_has_one_number_that_no_record_holds(tmp_path: Path) -> None:
    first = installation_id(tmp_path / "cache")
    assert first and installation_id(tmp_path / "cache") == first
    assert first not in str(hardware.detect(first).as_dict())
    assert installation_id(tmp_path / "other") != first


@pytest.mark.parametrize(
    "make",
    [
        Path.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to("/etc/hostname"),
        lambda path: path.write_text("damaged"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff" * 32),
        lambda path: path.write_text("a" * 33),
        lambda path: path.write_text("a" * 1000),
    ],
)
def test_a_damaged_number_of_the_installation_is_made_again(
    tmp_path: Path, make: Callable[[Path], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "installation")
    first = installation_id(tmp_path)
    assert first and installation_id(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == ["installation"]
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("installation in the cache is damaged (")


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["CPU implementer\t: 0x41", "CPU part\t: 0xd0c"], "ARM Neoverse-N1"),
        (["CPU implementer\t: 0x41", "CPU part\t: 0xd4f"], "ARM Neoverse-V2"),
        (["CPU implementer\t: 0xc0", "CPU part\t: 0xac3"], "Ampere Ampere-1"),
        (["CPU implementer\t: 0x41", "CPU part\t: 0xfff"], "ARM part 0xfff"),
        (
            ["CPU implementer : 0x41", "CPU part : 0xd05", "CPU implementer : 0x41",
             "CPU part : 0xd0b"],
            "ARM Cortex-A55 + ARM Cortex-A76",
        ),
    ],
)  # fmt: skip
def test_arm_parts_have_names_of_their_own(lines: list[str], name: str, tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_bytes("\n".join([*lines, "Features : \xff"]).encode("latin-1"))
    assert host.cpu_model(tmp_path / "cpuinfo") == name


def test_a_machine_without_a_doubt_trains_on_its_processor() -> None:
    assert accelerator_mismatch(LINUX, 0, "auto", "tensorflow") is None
