from dataclasses import replace

import pytest

from chipbench.hardware import Accelerator, Machine
from chipbench.hardware.agreement import (
    accelerator_mismatch,
    contradictions,
    metal_plugin_mismatch,
)
from chipbench.published import published_machines

LINUX = Machine(
    name="AMD EPYC (2 cores)",
    cpu="AMD EPYC",
    cpu_cores_physical=2,
    cpu_cores_logical=2,
    memory_mib=24_000,
    os="Linux 6.1",
    architecture="x86_64",
)
TITAN = replace(LINUX, accelerators=(Accelerator("nvidia", "NVIDIA TITAN RTX", memory_mib=24_576),))
M1_MAX = replace(
    LINUX,
    cpu="Apple M1 Max",
    memory_mib=32 * 1024,
    accelerators=(Accelerator("apple", "Apple M1 Max", cores=32),),
)
INTEL_MAC = replace(
    LINUX,
    cpu="Intel(R) Core(TM) i9-9980HK CPU @ 2.40GHz",
    memory_mib=64 * 1024,
    accelerators=(
        Accelerator("amd", "AMD Radeon Pro 5500M", memory_mib=8192),
        Accelerator("intel", "Intel UHD Graphics 630"),
    ),
)


@pytest.mark.parametrize(
    ("name", "machine"),
    [
        ("titan_rtx_pc", TITAN),
        ("m1_max_mbp_14_2021", M1_MAX),
        ("intel_mbp_16_2019", INTEL_MAC),
    ],
)
def test_a_machine_does_not_contradict_its_own_specification(name: str, machine: Machine) -> None:
    assert contradictions(machine, published_machines()[name]) == []


def test_another_machine_contradicts_every_published_one() -> None:
    for name, facts in published_machines().items():
        assert contradictions(LINUX, facts), name


def test_a_sibling_chip_and_another_memory_size_contradict() -> None:
    found = contradictions(M1_MAX, published_machines()["m1_pro_mbp_14_2021"])
    assert any("M1 Pro" in clause for clause in found)
    assert any("16 GB" in clause and "32 GB" in clause for clause in found)


def test_what_is_not_claimed_is_not_held_against_the_machine() -> None:
    assert contradictions(LINUX, {"gpu": None, "price_usd": "10"}) == []


def test_an_unseen_gpu_stops_the_run_with_the_remedy() -> None:
    assert "and-cuda" in str(accelerator_mismatch(TITAN, 0, "auto"))
    assert "tensorflow-metal" in str(accelerator_mismatch(M1_MAX, 0, "auto"))
    assert accelerator_mismatch(TITAN, 0, "cpu") is None
    assert accelerator_mismatch(TITAN, 1, "auto") is None
    assert accelerator_mismatch(LINUX, 0, "auto") is None


@pytest.mark.parametrize(
    ("plugin", "tensorflow", "works"),
    [
        ("1.2.0", "2.18.1", True),
        ("1.2.0", "2.19.1", True),
        ("1.2.0", "2.20.0", False),
        ("1.2.0", "2.17.0", False),
        ("1.0.0", "2.13.1", True),
        ("1.0.0", "2.16.2", False),
    ],
)
def test_the_metal_plugin_is_held_against_tensorflow(
    plugin: str, tensorflow: str, works: bool
) -> None:
    versions = {"tensorflow-metal": plugin, "tensorflow": tensorflow}
    found = metal_plugin_mismatch(replace(M1_MAX, versions=versions))
    assert (found is None) is works
    assert works or "pip install" in str(found)


def test_without_the_plugin_there_is_no_mismatch() -> None:
    assert metal_plugin_mismatch(replace(LINUX, versions={"tensorflow": "2.20.0"})) is None
