import getpass
import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from chipbench import hardware
from chipbench.hardware import Accelerator, apple, host
from chipbench.hardware.machine import usable_by_tensorflow
from chipbench.hardware.rapl import RaplSensor

SAMPLES = Path(__file__).parent / "samples"
OWNER = ("anna", "X0XX00XXQ6LR", "1234567890AB", "fd626d62", "Z15S0030VFN/A", "10.0.0.7")


class FakeGpus:
    doubt = None

    def __init__(self, *accelerators: Accelerator) -> None:
        self._accelerators = accelerators

    def accelerators(self) -> tuple[Accelerator, ...]:
        return self._accelerators

    def read(self) -> dict[str, float]:
        return {}

    def counted_j(self) -> dict[str, float]:
        return {}

    def bases(self) -> dict[str, str]:
        return {}


TITAN = FakeGpus(Accelerator("nvidia", "NVIDIA TITAN RTX"))
RADEON = FakeGpus(Accelerator("amd", "AMD GPU"))
NONE = FakeGpus()


@pytest.fixture
def linux(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Linux without GPU or counters."""
    monkeypatch.setattr(host, "is_mac", lambda: False)
    monkeypatch.setattr(host, "cpu_model", lambda: "AMD EPYC")
    monkeypatch.setattr(host, "on_colab", lambda: False)
    monkeypatch.setattr("psutil.cpu_count", lambda logical=True: 2)
    for vendor in ("NvidiaGpus", "AmdGpus"):
        monkeypatch.setattr(hardware, vendor, lambda: NONE)

    def no_counters(**_: object) -> RaplSensor:
        raise PermissionError("energy_uj")

    monkeypatch.setattr(hardware, "RaplSensor", no_counters)
    return monkeypatch


def test_without_a_gpu_a_machine_is_named_after_its_processor(linux: pytest.MonkeyPatch) -> None:
    assert hardware.detect().name == "AMD EPYC (2 cores)"
    linux.setattr(host, "on_colab", lambda: True)
    assert hardware.detect().name == "Colab AMD EPYC (2 cores)"


def test_a_machine_is_named_after_the_gpu_that_trains(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(hardware, "AmdGpus", lambda: RADEON)
    assert hardware.detect().name == "AMD EPYC (2 cores)"
    assert hardware.detect().accelerators == RADEON.accelerators()
    linux.setattr(hardware, "NvidiaGpus", lambda: TITAN)
    assert hardware.detect().name == "NVIDIA TITAN RTX"


def test_only_metal_and_cuda_gpus_train() -> None:
    gpus = tuple(Accelerator(vendor, vendor) for vendor in ("nvidia", "apple", "amd", "intel"))
    assert [a.vendor for a in usable_by_tensorflow(gpus, "Linux 6.1")] == ["nvidia"]
    assert [a.vendor for a in usable_by_tensorflow(gpus, "macOS 15.1")] == ["apple", "amd"]


def test_two_vendors_never_write_to_the_same_series(linux: pytest.MonkeyPatch) -> None:
    linux.setattr(hardware, "NvidiaGpus", lambda: TITAN)
    linux.setattr(hardware, "AmdGpus", lambda: RADEON)
    found = hardware.sensors()
    assert TITAN in found
    assert RADEON not in found


def test_counters_for_the_administrator_only_are_no_sensor(linux: pytest.MonkeyPatch) -> None:
    found = [type(sensor).__name__ for sensor in hardware.sensors()]
    assert found == ["HostSensor", "ProcessSensor"]


def leaky_commands(*command: str) -> bytes:
    """Says more than it was asked, as a newer macOS might."""
    if Path(command[0]).name == "sysctl":
        return b"Apple M1 Max\n" if "brand" in command[-1] else b"0\n"
    overview = json.loads((SAMPLES / "hardware_overview_m1_max.json").read_text())
    displays = json.loads((SAMPLES / "displays_m1_max.json").read_text())
    return json.dumps(overview | displays).encode()


@pytest.mark.parametrize("mac", [True, False])
def test_nothing_that_identifies_the_owner_is_recorded(
    mac: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "is_mac", lambda: mac)
    monkeypatch.setattr(apple, "output_of", leaky_commands)
    monkeypatch.setattr(platform, "node", lambda: "annas-thinkpad")
    monkeypatch.setattr(platform, "release", lambda: "6.1.12-annas-kernel")
    monkeypatch.setenv("USER", "anna")
    record = json.dumps(hardware.detect().as_dict())
    assert not [value for value in OWNER if value in record]
    assert str(Path.home()) not in record
    assert f'"{getpass.getuser()}"' not in record


def test_a_linux_release_is_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "is_mac", lambda: False)
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "release", lambda: "6.1.0-18-cloud-amd64")
    assert host.os_name() == "Linux 6.1.0"


def test_a_raspberry_pi_is_recorded_without_its_serial_number(tmp_path: Path) -> None:
    text = "processor\t: 0\nSerial\t\t: 10000000a1b2c3d4\nModel\t\t: Raspberry Pi 4 Model B\n"
    (tmp_path / "cpuinfo").write_text(text)
    assert host.cpu_model(tmp_path / "cpuinfo") == "Raspberry Pi 4 Model B"


def test_detecting_imports_no_framework() -> None:
    heavy = "{'tensorflow', 'keras', 'mlflow', 'hydra', 'numpy'}"
    code = (
        "import sys; from chipbench import hardware; hardware.detect(); hardware.sensors(); "
        f"sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert process.returncode == 0, process.stderr.decode()


def test_only_hardware_knows_a_platform_or_a_vendor() -> None:
    words = ("sys.platform", "platform.system", "pynvml", "macmon", "darwin")
    source = Path(hardware.__file__).parent.parent
    knowing = {
        path.relative_to(source).parts[0]
        for path in source.rglob("*.py")
        if any(word in path.read_text() for word in words)
    }
    assert knowing == {"hardware"}
