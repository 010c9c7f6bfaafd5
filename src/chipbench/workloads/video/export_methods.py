"""The ways to export: one workload for each `method`."""

from collections.abc import Callable

from omegaconf import DictConfig

from chipbench.hardware.machine import Machine
from chipbench.workloads.video.avconvert import AvConvert
from chipbench.workloads.video.hand_timed import HandTimed
from chipbench.workloads.video.transcode import Transcode
from chipbench.workloads.workload import Workload

_METHODS: dict[str, Callable[[DictConfig, Machine], Workload]] = {
    "transcode": Transcode,
    "avconvert": AvConvert,
    "final_cut_manual": HandTimed,
}


def create_export(config: DictConfig, machine: Machine) -> Workload:
    """The workload that `method` means."""
    return _METHODS[config.method](config, machine)
