"""Train one benchmark on this machine: `mlflow run .` or `python -m chipbench.train`."""

from omegaconf import DictConfig

from chipbench.backends.cluster import find_cluster
from chipbench.comparison.run_remarks import training_beside
from chipbench.comparison.terminal_result import print_training
from chipbench.measure.result import Result
from chipbench.running import command
from chipbench.running.shown_benchmark import run_and_show
from chipbench.workloads.training.non_chief_worker import follow
from chipbench.workloads.training.workload import Training


def train(config: DictConfig) -> Result | None:
    """Run the configured training, and show it beside the published results.

    None from a worker that trains beside the chief, which has the result.
    """
    cluster = find_cluster(config)
    if cluster is not None and not cluster.is_chief:
        follow(config, cluster)
        return None
    return run_and_show(config, Training, training_beside, print_training)


if __name__ == "__main__":
    command.run("train", train)
