"""Export a clip with this machine's encoders: `mlflow run . -e export`."""

from omegaconf import DictConfig

from chipbench.comparison.run_remarks import export_beside
from chipbench.comparison.terminal_result import print_export
from chipbench.measure.result import Result
from chipbench.running import command
from chipbench.running.shown_benchmark import run_and_show
from chipbench.workloads.video.export_methods import create_export


def export(config: DictConfig) -> Result:
    """Run the configured export, and show it beside the published results."""
    return run_and_show(config, create_export, export_beside, print_export)


if __name__ == "__main__":
    command.run("export", export)
