"""A benchmark as its entry points run it: measured, shown to a person, delivered."""

from collections.abc import Callable, Iterable

from omegaconf import DictConfig

from chipbench.hardware.machine import Machine
from chipbench.measure.result import Result
from chipbench.running.benchmark import Benchmark
from chipbench.terminal.extras import Extras
from chipbench.terminal.messages import say
from chipbench.workloads.workload import Workload


def run_and_show(
    config: DictConfig,
    create: Callable[[DictConfig, Machine], Workload],
    beside: Callable[[Result, DictConfig], Iterable[str]],
    show: Callable[[Result, DictConfig], None],
) -> Result:
    """Run the workload, show its result, and say where it is recorded.

    `beside` says how a whole result stands beside the published ones.
    """
    benchmark = Benchmark(config, create, beside)
    result = benchmark.run()
    Extras().attempt("showing the result", lambda: show(result, config))
    say(benchmark.delivered())
    return result
