"""A worker that is not the chief: it trains its share and records nothing."""

from omegaconf import DictConfig

from chipbench import hardware
from chipbench.backends.cluster import Cluster
from chipbench.published.machine_claim import confirm
from chipbench.terminal.messages import say
from chipbench.workloads.training.workload import Training


def follow(config: DictConfig, cluster: Cluster) -> None:
    """Train beside the chief, whose run has the numbers of all workers together."""
    machine = hardware.detect()
    confirm(config.machine, machine)
    hardware.raise_open_files_limit()
    Training(config, machine).prepare().measure(lambda step, values: None)
    say(f"worker {cluster.index} of {cluster.size} is done; worker 0, the chief, records the run")
