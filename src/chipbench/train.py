"""Train one benchmark on this machine: `mlflow run .` or `python -m chipbench.train`."""

from omegaconf import DictConfig
from rich.console import Console

from chipbench import command
from chipbench.benchmark import Benchmark
from chipbench.comparison import terminal
from chipbench.measure.result import Result
from chipbench.workloads.training import Training


def train(config: DictConfig) -> Result:
    """Run the configured training, and show it beside the published results."""
    benchmark = Benchmark(config, Training)
    result = benchmark.run()
    console = Console()
    terminal.print_training(console, result, config)
    console.print(benchmark.delivered(), highlight=False, soft_wrap=True)
    return result


if __name__ == "__main__":
    command.run("train", train)
