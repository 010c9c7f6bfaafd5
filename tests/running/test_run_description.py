"""What a run says of the software, whatever its packages are called."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from omegaconf import DictConfig
from support.machines import INTEL_MAC, M1_MAX

from chipbench.ground import tags
from chipbench.hardware import Machine
from chipbench.running.run_description import description

Compose = Callable[..., DictConfig]


@pytest.mark.parametrize(
    ("machine", "versions", "tensorflow", "plug_in"),
    [
        (
            INTEL_MAC,
            {"tensorflow-macos": "2.12.0", "tensorflow-metal": "0.8.0"},
            "2.12.0",
            "0.8.0",
        ),
        (
            M1_MAX,
            {"tensorflow": "2.20.0", "tensorflow-metal-plugin": "0.4.1"},
            "2.20.0",
            "0.4.1 (tensorflow-metal-plugin)",
        ),
        (M1_MAX, {"torch": "2.14.0"}, None, None),
    ],
)
def test_tensorflow_and_its_plug_in_are_recorded(
    compose: Compose,
    machine: Machine,
    versions: dict[str, str],
    tensorflow: str | None,
    plug_in: str | None,
) -> None:
    told = description(compose(), replace(machine, versions=versions))
    assert (told[tags.TENSORFLOW], told[tags.PLUG_IN]) == (tensorflow, plug_in)
