from dataclasses import replace

import pytest
from support.machines import INTEL_MAC, LINUX, M1_MAX, TITAN

from chipbench.hardware import Accelerator, Machine
from chipbench.hardware.compatibility import (
    accelerator_mismatch,
    contradictions,
    metal_plugin_mismatch,
)
from chipbench.published import published_machines


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
    assert found == [
        "claims GPU Apple M1 Pro 14-core GPU, but Apple M1 Max was found",
        "claims 14 GPU cores, but 32 were found",
        "claims CPU Apple M1 Pro, but Apple M1 Max was found",
        "claims 8 CPU cores, but 10 were found",
        "claims 16 GB of memory, but 32 GB was found",
    ]


def test_a_missing_gpu_contradicts() -> None:
    claim = {"gpu": "NVIDIA TITAN RTX"}
    assert contradictions(LINUX, claim) == ["claims GPU NVIDIA TITAN RTX, but none was found"]


def test_fewer_gpu_cores_of_the_same_chip_contradict() -> None:
    smaller = replace(M1_MAX, accelerators=(Accelerator("apple", "Apple M1 Max", cores=24),))
    found = contradictions(smaller, published_machines()["m1_max_mbp_14_2021"])
    assert found == ["claims 32 GPU cores, but 24 were found"]


@pytest.mark.parametrize(
    ("claim", "name", "same"),
    [
        ("GeForce RTX 4090 24 GB", "NVIDIA GeForce RTX 4090", True),
        ("NVIDIA RTX 3090", "NVIDIA GeForce RTX 4090", False),
        ("GTX 1080", "NVIDIA GeForce GTX 1080 Ti", False),
        ("NVIDIA Tesla K80", "Tesla K80", True),
        ("NVIDIA A100 40GB", "NVIDIA A100-SXM4-40GB", True),
        ("Apple M1", "Apple M1 Max", False),
    ],
)
def test_gpus_are_told_apart_by_their_model_not_their_size(
    claim: str, name: str, same: bool
) -> None:
    machine = replace(LINUX, accelerators=(Accelerator("nvidia", name),))
    assert (contradictions(machine, {"gpu": claim}) == []) is same


@pytest.mark.parametrize(
    ("claim", "cpu"),
    [
        ("Intel Core i7", "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz"),
        ("AMD Ryzen 9 5950X", "AMD Ryzen 9 5950X 16-Core Processor"),
        ("Ryzen 7 5800H", "AMD Ryzen 7 5800H with Radeon Graphics"),
        ("Intel Xeon 2.2 GHz", "Intel(R) Xeon(R) CPU @ 2.20GHz"),
    ],
)
def test_a_processor_is_itself_in_other_words(claim: str, cpu: str) -> None:
    assert contradictions(replace(LINUX, cpu=cpu), {"cpu": claim}) == []


@pytest.mark.parametrize(("claim", "same"), [("24 GB", True), (22, True), (32.0, False)])
def test_memory_agrees_within_a_tenth(claim: object, same: bool) -> None:
    assert (contradictions(LINUX, {"memory_gb": claim}) == []) is same


def test_what_is_not_claimed_is_not_held_against_the_machine() -> None:
    assert contradictions(LINUX, {"gpu": None, "price_usd": "10"}) == []


def test_an_unseen_gpu_stops_the_run_with_the_remedy() -> None:
    assert "chipbench[cuda]" in str(accelerator_mismatch(TITAN, 0, "auto", "tensorflow"))
    assert "tensorflow-metal==1.2.0" in str(accelerator_mismatch(M1_MAX, 0, "auto", "tensorflow"))
    assert "tensorflow-metal==0.8.0" in str(accelerator_mismatch(INTEL_MAC, 0, "gpu", "tensorflow"))
    assert "machine.accelerator=cpu" in str(accelerator_mismatch(TITAN, 0, "auto", "tensorflow"))
    assert accelerator_mismatch(TITAN, 0, "cpu", "tensorflow") is None
    assert accelerator_mismatch(TITAN, 1, "auto", "tensorflow") is None
    assert accelerator_mismatch(LINUX, 0, "auto", "tensorflow") is None


def test_a_gpu_that_tensorflow_cannot_use_here_is_no_mismatch() -> None:
    amd_on_linux = replace(LINUX, accelerators=(Accelerator("amd", "Radeon RX 7900 XTX"),))
    intel_on_mac = replace(INTEL_MAC, accelerators=INTEL_MAC.accelerators[1:])
    assert accelerator_mismatch(amd_on_linux, 0, "auto", "tensorflow") is None
    assert accelerator_mismatch(intel_on_mac, 0, "auto", "tensorflow") is None


def test_the_remedy_names_the_driver_and_the_plugin_that_were_found() -> None:
    titan = replace(TITAN, accelerators=(replace(TITAN.accelerators[0], driver="470.82"),))
    assert "a newer driver than 470.82" in str(accelerator_mismatch(titan, 0, "auto", "tensorflow"))
    mac = replace(M1_MAX, versions={"tensorflow-metal": "1.1.0", "python": "3.12.1"})
    assert "found: 1.1.0" in str(accelerator_mismatch(mac, 0, "auto", "tensorflow"))


@pytest.mark.parametrize(
    ("plugin", "tensorflow", "works"),
    [
        ("1.2.0", "2.18.1", True),
        ("1.2.0", "2.19.1", True),
        ("1.2.0", "2.18.0", False),
        ("1.2.0", "2.20.0", False),
        ("1.2.0", "2.20.0rc0", False),
        ("1.2.0", "2.17.0", False),
        ("1.0.0", "2.13.1", True),
        ("1.0.0", "2.16.2", False),
        ("0.8.0", "2.12.0", True),
        ("0.8.0", "2.16.2", False),
        ("1.1.0", "2.15.0", True),
        ("1.1.0", "2.18.1", False),
    ],
)
def test_the_metal_plugin_is_held_against_tensorflow(
    plugin: str, tensorflow: str, works: bool
) -> None:
    versions = {"tensorflow-metal": plugin, "tensorflow": tensorflow}
    found = metal_plugin_mismatch(replace(M1_MAX, versions=versions))
    assert (found is None) is works
    assert works or "pip install" in str(found)


def test_tensorflow_macos_counts_as_tensorflow() -> None:
    versions = {"tensorflow-metal": "0.8.0", "tensorflow-macos": "2.12.0"}
    assert metal_plugin_mismatch(replace(INTEL_MAC, versions=versions)) is None
    newer = versions | {"tensorflow-macos": "2.16.2"}
    assert "2.16.2" in str(metal_plugin_mismatch(replace(INTEL_MAC, versions=newer)))


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"tensorflow": "2.20.1"}, None),
        ({"tensorflow": "2.19.1"}, "with TensorFlow 2.19.1, and is for 2.20"),
        ({"tensorflow": "2.20.1", "tensorflow-metal": "1.2.0"}, "beside tensorflow-metal"),
    ],
)
def test_a_third_partys_plugin_is_for_one_tensorflow(
    versions: dict[str, str], said: str | None
) -> None:
    mac = replace(M1_MAX, versions=versions | {"tensorflow-metal-plugin": "0.4.1"})
    found = metal_plugin_mismatch(mac)
    assert found is None if said is None else said in str(found)
    assert mac.plug_in == "0.4.1 (tensorflow-metal-plugin)"


@pytest.mark.parametrize(
    ("versions", "remedy"),
    [
        ({"python": "3.13.1", "tensorflow": "2.21.0"}, "use backend=torch"),
        ({"python": "3.13.1", "tensorflow": "2.21.0"}, "make clean env PYTHON=python3.12"),
        ({"python": "3.12.8", "tensorflow": "2.19.1"}, "tensorflow-metal==1.2.0"),
        ({"python": "3.11.9", "tensorflow-macos": "2.15.0"}, "tensorflow-metal==1.1.0"),
    ],
)
def test_the_plugin_follows_the_python_and_the_tensorflow(
    versions: dict[str, str], remedy: str
) -> None:
    mac = replace(M1_MAX, versions=versions)
    assert remedy in str(accelerator_mismatch(mac, 0, "auto", "tensorflow"))
    assert accelerator_mismatch(mac, 0, "cpu", "tensorflow") is None


def test_without_the_plugin_there_is_no_mismatch() -> None:
    assert metal_plugin_mismatch(replace(LINUX, versions={"tensorflow": "2.20.0"})) is None


@pytest.mark.parametrize(
    ("machine", "backend", "remedy"),
    [
        (TITAN, "torch", "--force-reinstall 'torch'"),
        (TITAN, "jax", "'jax[cuda12]'"),
        (M1_MAX, "torch", "a PyTorch with Metal"),
        (M1_MAX, "jax", "use backend=torch"),
    ],
)
def test_each_back_end_has_its_own_remedy(machine: Machine, backend: str, remedy: str) -> None:
    assert remedy in str(accelerator_mismatch(machine, 0, "auto", backend))
