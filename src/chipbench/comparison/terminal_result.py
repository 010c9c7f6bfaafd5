"""How a run ends in a terminal: how long, how fast, how it stands, and what speaks against it.

`verbose=true` shows its other numbers before that, and the published ones in a table.
"""

from collections.abc import Iterator

from omegaconf import DictConfig

from chipbench.comparison import terminal_details as details
from chipbench.comparison.run_remarks import (
    createml_beside,
    doubts,
    export_beside,
    forest_beside,
    own_row,
    training_beside,
)
from chipbench.ground import metrics, sustained_metrics, tags
from chipbench.ground.metrics import metric
from chipbench.ground.plural import counted
from chipbench.measure.recorded_run import SPEED_METRICS
from chipbench.measure.result import Result
from chipbench.published.beside_published import not_comparable, published_rows
from chipbench.published.forests import published_forests
from chipbench.terminal.messages import say

#: What a person asks first; the first that a run has of each line.
_SPEEDS = (metrics.REALTIME_FACTOR, *SPEED_METRICS)
_MEMORY = "memory"  # where it binds; where the peak does, its share is said already
_TIMES = (metrics.TOTAL_TIME, metrics.EXPORT_TIME, metrics.SEARCH_TIME)


def print_training(result: Result, config: DictConfig) -> None:
    """Print how a training went, and how it stands among the published ones."""
    own = own_row(result, config)
    if config.verbose:
        details.print_numbers(result)
        published = published_rows(config)
        if published and not_comparable(config) is None:
            details.print_beside(own, published)
    per_epoch = metric(metrics.TIME_PER_EPOCH).format(own.time_per_epoch_s)
    _say_speed(result, f" for {counted(own.epochs, 'epoch')}, {per_epoch} each")
    _say_rest(result, config, training_beside(result, config))


def print_export(result: Result, config: DictConfig) -> None:
    """Print how an export went, beside the article's exports of a clip of the same length."""
    if config.verbose:
        details.print_numbers(result)
        details.print_exports(result, config, details.published_exports(config))
    _say_speed(result)
    _say_rest(result, config, export_beside(result, config))


def print_createml(result: Result, config: DictConfig) -> None:
    """Print how a CreateML training went beside the published ones; a stand-in stands alone."""
    if config.verbose:
        details.print_numbers(result)
        details.print_createml(result, details.published_createml(config))
    _say_speed(result)
    _say_rest(result, config, createml_beside(result, config))


def print_forest(result: Result, config: DictConfig) -> None:
    """Print how a search went beside the published ones."""
    if config.verbose:
        details.print_numbers(result)
        details.print_forest(result, published_forests(config))
    _say_speed(result)
    _say_rest(result, config, forest_beside(result, config))


def _say_speed(result: Result, time_is: str = "") -> None:
    """Benchmark, machine, time, speed, and what limited it, as far as they are known."""
    said = [_shown(result, name) + time_is for name in _TIMES if name in result.metrics]
    said += [_shown(result, name) for name in _SPEEDS if name in result.metrics]
    if metrics.FLOPS_UTILIZATION in result.metrics:
        said.append(f"{_shown(result, metrics.FLOPS_UTILIZATION)} of its peak")
    binds = result.tags.get(tags.ROOFLINE_BINDS)
    if binds == _MEMORY and metrics.ROOFLINE_PERCENT in result.metrics:
        said.append(f"{_shown(result, metrics.ROOFLINE_PERCENT)} of what its memory allows")
    if tags.LIMITED_BY in result.tags:
        said.append(f"limited by: {result.tags[tags.LIMITED_BY]}")
    say(f"{result.benchmark} on {result.machine}: {', '.join(said)}", style="bold")
    if sustained_metrics.SUSTAINED in result.metrics:
        slowed = sustained_metrics.SLOWED_AFTER
        when = f", slower after {_shown(result, slowed)}" if slowed in result.metrics else ""
        left = _shown(result, sustained_metrics.SUSTAINED)
        say(f"its speed at the end was {left} of that at the beginning{when}")
    if metrics.GENERATED_RATE in result.metrics:
        read, written = (
            _shown(result, name) for name in (metrics.PROMPT_RATE, metrics.GENERATED_RATE)
        )
        say(f"with a key-value cache: the prompt read at {read}, then {written} generated")


def _shown(result: Result, name: str) -> str:
    return metric(name).format(result.metrics[name])


def _say_rest(result: Result, config: DictConfig, beside: Iterator[str]) -> None:
    for line in beside:
        say(line)
    for line, style in doubts(result):
        say(line, style=style)
    if not config.verbose:
        say(f"all numbers: {config.output_dir}/result.json; verbose=true shows them")
