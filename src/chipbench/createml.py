"""Train an image classifier as CreateML does: `mlflow run . -e createml`."""

from collections.abc import Callable

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.comparison.run_remarks import createml_beside
from chipbench.comparison.terminal_result import print_createml
from chipbench.hardware.machine import Machine
from chipbench.measure.result import Result
from chipbench.running import command
from chipbench.running.shown_benchmark import run_and_show
from chipbench.workloads.createml.trainer import CreateML
from chipbench.workloads.training.createml_stand_in import StandIn
from chipbench.workloads.workload import Workload

_ENGINES: dict[str, Callable[[DictConfig, Machine], Workload]] = {
    "createml": CreateML,
    "keras": StandIn,
}


def createml(config: DictConfig) -> Result:
    """Train with CreateML or its stand-in, and show it beside the published results."""
    if config.createml.engine == "auto":
        config.createml.engine = "createml" if hardware.is_mac() else "keras"
    return run_and_show(config, _ENGINES[config.createml.engine], createml_beside, print_createml)


if __name__ == "__main__":
    command.run("createml", createml)
