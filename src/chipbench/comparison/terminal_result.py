"""How a run ends in a terminal: how long, how fast, how it stands, and what speaks against it.

`verbose=true` shows its other numbers before that, and the published ones in a table.
"""

from collections.abc import Sequence

from omegaconf import DictConfig

from chipbench.comparison import terminal_details as details
from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.measure.recorded_run import SPEED_METRICS
from chipbench.measure.result import Result
from chipbench.published import export_remarks
from chipbench.published.beside import Row, differences, not_comparable, published_rows
from chipbench.published.learning_curve import OUTSIDE
from chipbench.terminal.lines import say

#: What a person asks first; the first that a run has of each line.
_SPEEDS = (metrics.REALTIME_FACTOR, *SPEED_METRICS)
_TIMES = (metrics.TOTAL_TIME, metrics.EXPORT_TIME)


def print_training(result: Result, config: DictConfig) -> None:
    """Print how a training went, and how it stands among the published ones."""
    published = published_rows(config)
    own = _row(result, config)
    reason = not_comparable(config)
    if config.verbose:
        details.print_numbers(result)
        if published and reason is None:
            details.print_beside(own, published)
    _say_speed(result, f" for {config.epochs} epochs, {_per_epoch(own)} each")
    if published and reason is None:
        say(standing(own, published))
        say(f"differs: {'; '.join(differences(own, published, result.tags))}")
    elif published:
        say(f"{reason}, so the published times do not compare")
    _say_doubts(result)
    _say_more(config)


def print_export(result: Result, config: DictConfig) -> None:
    """Print how an export went, beside the article's exports of a clip of the same length."""
    published = details.published_exports(config)
    if config.verbose:
        details.print_numbers(result)
        details.print_exports(result, config, published)
    _say_speed(result)
    if published:
        times = ", ".join(f"{machine} {time}" for machine, time in published)
        say(f"the article's Final Cut Pro exports: {times}; {details.unlike(result)}")
        for remark in export_remarks(config.clip.name, config.codec.name):
            say(f"the article: {remark}")
    _say_doubts(result)
    _say_more(config)


def print_createml(result: Result, config: DictConfig) -> None:
    """Print how a CreateML training went beside the published ones; a stand-in stands alone."""
    published = details.published_createml(config)
    if config.verbose:
        details.print_numbers(result)
        details.print_createml(result, published)
    _say_speed(result)
    if config.createml.engine == "keras":
        say(
            "a Keras stand-in: the same kind of model on the same images. Its times compare with "
            "other stand-in runs, and with no time of CreateML"
        )
    elif published:
        times = ", ".join(f"{machine} {time}" for machine, time in published)
        say(f"published, in whole minutes: {times}")
    _say_doubts(result)
    _say_more(config)


def standing(own: Row, published: Sequence[Row]) -> str:
    """Where `own` stands by its time per epoch, and its neighbours' times in terms of its own."""
    order = sorted([own, *published], key=lambda row: row.time_per_epoch_s)
    place = order.index(own)
    shown = [order[i] for i in sorted({0, place - 1, place + 1}) if 0 <= i < len(order)]
    others = ", ".join(
        f"{row.machine} {row.time_per_epoch_s / own.time_per_epoch_s:.2f}"
        for row in shown
        if row is not own
    )
    return (
        f"place {place + 1} of {len(order)} with the published machines; their time per epoch, "
        f"this run's being 1: {others}"
    )


def _row(result: Result, config: DictConfig) -> Row:
    return Row(
        machine=result.machine,
        source="this run",
        total_time_s=result.metrics[metrics.TOTAL_TIME],
        epochs=config.epochs,
        batch_size=config.batch_size,
        optimizer=result.tags[tags.OPTIMIZER_USED],
    )


def _per_epoch(row: Row) -> str:
    return metric(metrics.TIME_PER_EPOCH).format(row.time_per_epoch_s)


def _say_speed(result: Result, time_is: str = "") -> None:
    """Benchmark, machine, time, speed, and what limited it, as far as they are known."""
    said = [_shown(result, name) + time_is for name in _TIMES if name in result.metrics]
    said += [_shown(result, name) for name in _SPEEDS if name in result.metrics]
    if metrics.FLOPS_UTILIZATION in result.metrics:
        said.append(f"{_shown(result, metrics.FLOPS_UTILIZATION)} of its peak")
    if tags.LIMITED_BY in result.tags:
        said.append(f"limited by: {result.tags[tags.LIMITED_BY]}")
    say(f"{result.benchmark} on {result.machine}: {', '.join(said)}", style="bold")


def _shown(result: Result, name: str) -> str:
    return metric(name).format(result.metrics[name])


def _say_doubts(result: Result) -> None:
    """What a reader must know before trusting the numbers."""
    curve = result.tags.get(tags.LEARNING_CURVE, "")
    if curve.startswith(OUTSIDE):
        say(f"the learning curve is {curve}", style="bold red")
    if tags.OPTIMIZER_FALLBACK_REASON in result.tags:
        say(
            f"caution: optimizer={result.tags[tags.OPTIMIZER_REQUESTED]} does not train here "
            f"({result.tags[tags.OPTIMIZER_FALLBACK_REASON]}): "
            f"{result.tags[tags.OPTIMIZER_USED]} trained in its place",
            style="yellow",
        )
    for caveat in result.caveats:
        say(f"caution: {caveat}", style="yellow")


def _say_more(config: DictConfig) -> None:
    if not config.verbose:
        say(f"all numbers: {config.output_dir}/result.json; verbose=true shows them")
