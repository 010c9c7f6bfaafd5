"""Export a clip with this machine's encoders: `mlflow run . -e export`."""

from omegaconf import DictConfig
from rich.console import Console

from chipbench.comparison import terminal
from chipbench.measure.result import Result
from chipbench.running import command
from chipbench.running.benchmark import Benchmark
from chipbench.workloads.video.export import create_export


def export(config: DictConfig) -> Result:
    """Run the configured export, and show it beside the published results."""
    benchmark = Benchmark(config, create_export)
    result = benchmark.run()
    console = Console()
    terminal.print_export(console, result, config)
    console.print(benchmark.delivered(), highlight=False, soft_wrap=True)
    return result


if __name__ == "__main__":
    command.run("export", export)
