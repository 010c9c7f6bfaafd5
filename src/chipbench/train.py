"""Train one benchmark on this machine: `mlflow run .` or `python -m chipbench.train`."""

from omegaconf import DictConfig
from rich.console import Console

from chipbench.comparison import terminal
from chipbench.measure.result import Result
from chipbench.running import command
from chipbench.running.benchmark import Benchmark
from chipbench.workloads.training.distributed.cluster import find_cluster
from chipbench.workloads.training.distributed.follower import follow
from chipbench.workloads.training.workload import Training


def train(config: DictConfig) -> Result | None:
    """Run the configured training, and show it beside the published results.

    None from a worker that trains beside the chief, which has the result.
    """
    cluster = find_cluster(config)
    if cluster is not None and not cluster.is_chief:
        follow(config, cluster)
        return None
    benchmark = Benchmark(config, Training)
    result = benchmark.run()
    console = Console()
    terminal.print_training(console, result, config)
    console.print(benchmark.delivered(), highlight=False, soft_wrap=True)
    return result


if __name__ == "__main__":
    command.run("train", train)
