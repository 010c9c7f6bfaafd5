"""Search a random forest's settings on the processor: `mlflow run . -e forest`."""

from omegaconf import DictConfig

from chipbench.comparison.run_remarks import forest_beside
from chipbench.comparison.terminal_result import print_forest
from chipbench.data.california_housing import source_here
from chipbench.ground.cache import cache_folder
from chipbench.measure.result import Result
from chipbench.running import command
from chipbench.running.shown_benchmark import run_and_show
from chipbench.terminal.messages import note
from chipbench.workloads.forest.workload import Forest


def forest(config: DictConfig) -> Result:
    """Run the search, and show it beside the published results."""
    if config.dataset.source == "auto":
        config.dataset.source, why = source_here(config.dataset, cache_folder(config.cache_dir))
        if why is not None:
            note(f"generated districts in place of the published data: {why}")
    return run_and_show(config, Forest, forest_beside, print_forest)


if __name__ == "__main__":
    command.run("forest", forest)
