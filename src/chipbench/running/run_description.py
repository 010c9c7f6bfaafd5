"""What a run says of itself before anything is prepared."""

import os

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.ground import tags
from chipbench.ground.cache import cache_folder
from chipbench.ground.forks import PROCESS_VARIABLE
from chipbench.hardware import Machine
from chipbench.hardware.library_settings import library_settings
from chipbench.measure.fingerprint import BENCHMARK_VERSION


def description(config: DictConfig, machine: Machine) -> dict[str, object]:
    """The tags of what is done, and with which system and software."""
    return {
        tags.KIND: config.kind,
        tags.EXPERIMENT: config.benchmark,
        tags.PROTOCOL: config.protocol.name,
        tags.BENCHMARK_VERSION: BENCHMARK_VERSION,
        tags.CORES: machine.cpu_cores_logical,
        tags.OS: machine.os,
        **_software(machine),
        tags.PROCESS: os.environ.get(PROCESS_VARIABLE),
        tags.SETTINGS: library_settings(),
    }


def installation(config: DictConfig) -> str | None:
    """What tells this machine from another of its name; None where the user wants it untold."""
    if not config.machine.installation_id:
        return None
    return hardware.installation_id(cache_folder(config.cache_dir))


def _software(machine: Machine) -> dict[str, object]:
    """What computes, besides the back end: its versions may explain a difference."""
    drivers = sorted({gpu.driver for gpu in machine.training_gpus if gpu.driver})
    return {
        tags.TENSORFLOW: machine.framework_version("tensorflow"),
        tags.KERAS: machine.versions.get("keras"),
        tags.PLUG_IN: machine.plug_in,
        tags.DRIVER: ", ".join(drivers) or None,
    }
