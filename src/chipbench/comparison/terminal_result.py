"""What a terminal shows at the end of a run: its numbers, and the published ones beside them."""

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.measure.result import Result
from chipbench.published import export_remarks, published_machines, read_published
from chipbench.published.beside import Row, differences, not_comparable, published_rows
from chipbench.published.learning_curve import OUTSIDE
from chipbench.terminal.lines import say
from chipbench.terminal.table import Column, bold, show_table


def print_training(result: Result, config: DictConfig) -> None:
    """Print a training run's numbers, beside the published ones where there are any."""
    _print_numbers(result)
    published = published_rows(config)
    if published:
        row = Row(
            machine=result.machine,
            source="this run",
            total_time_s=result.metrics[metrics.TOTAL_TIME],
            epochs=config.epochs,
            batch_size=config.batch_size,
            optimizer=result.tags[tags.OPTIMIZER_USED],
        )
        _print_beside(result, row, published, not_comparable(config))
    curve = result.tags.get(tags.LEARNING_CURVE)
    if curve is not None:
        say(
            f"the learning curve is {curve}",
            style="bold red" if curve.startswith(OUTSIDE) else "",
        )


def print_export(result: Result, config: DictConfig) -> None:
    """Print an export's numbers, beside the article's exports of a clip of the same length."""
    _print_numbers(result)
    shown = metric(metrics.EXPORT_TIME)
    published = [
        (_gpu(row), "Final Cut Pro, published", shown.format(float(row["export_time_s"])))
        for row in read_published("export_times")
        if (row["clip"], row["codec"]) == (config.clip.name, config.codec.name)
    ]
    if not published:
        return
    encoder = f"{config.method}, {result.tags[tags.ENCODER]}"
    own = bold((result.machine, encoder, shown.format(result.metrics[shown.name])))
    show_table(
        [Column("machine"), Column("what"), Column("time", right=True)],
        [own, *published],
        title="This transcode beside the article's Final Cut Pro exports",
    )
    length = ""
    if metrics.REALTIME_FACTOR in result.metrics:
        length_s = result.metrics[metrics.REALTIME_FACTOR] * result.metrics[shown.name]
        length = f"; this clip is {length_s:g} s long"
    say(
        "differs: the article's footage, resolution and timeline are not known, so its times are "
        f"context and no ranking{length}"
    )
    for remark in export_remarks(config.clip.name, config.codec.name):
        say(f"the article: {remark}")


def print_createml(result: Result, config: DictConfig) -> None:
    """Print a CreateML training beside the published ones; a stand-in's numbers stand alone."""
    _print_numbers(result)
    if config.createml.engine == "keras":
        say(
            "a Keras stand-in: the same kind of model on the same images. Its times compare with "
            "other stand-in runs, and with no time of CreateML"
        )
        return
    shown = metric(metrics.TOTAL_TIME)
    published = [
        (_gpu(row), "published, whole minutes", shown.format(60 * float(row["train_time_min"])))
        for row in read_published("createml_times")
        if row["dataset"] == config.dataset.name
    ]
    if not published or shown.name not in result.metrics:
        return
    own = bold((result.machine, "this run", shown.format(result.metrics[shown.name])))
    show_table(
        [Column("machine"), Column("source"), Column("total", right=True)],
        [own, *published],
        title="This machine beside the published results",
    )


def _print_numbers(result: Result) -> None:
    """Print a run's own numbers, and what a reader must know before trusting them."""
    show_table(
        [Column(), Column(right=True)],
        [(name, metric(name).format(value)) for name, value in result.metrics.items()],
        title=f"{result.benchmark} on {result.machine}",
    )
    if tags.LIMITED_BY in result.tags:
        say(f"limited by: {result.tags[tags.LIMITED_BY]}")
    if tags.OPTIMIZER_FALLBACK_REASON in result.tags:
        say(
            f"caution: optimizer={result.tags[tags.OPTIMIZER_REQUESTED]} does not train here "
            f"({result.tags[tags.OPTIMIZER_FALLBACK_REASON]}): "
            f"{result.tags[tags.OPTIMIZER_USED]} trained in its place",
            style="yellow",
        )
    for caveat in result.caveats:
        say(f"caution: {caveat}", style="yellow")


def _print_beside(result: Result, row: Row, published: list[Row], reason: str | None) -> None:
    """Print this machine among the published ones, or the `reason` why it does not compare."""
    if reason is not None:
        say(f"{reason}, so the published times do not compare")
        return
    numbers = ("total", "per epoch", "this run = 1")
    show_table(
        [Column("machine"), Column("source"), *(Column(head, right=True) for head in numbers)],
        [
            bold(_cells(other, row)) if other is row else _cells(other, row)
            for other in sorted([row, *published], key=lambda r: r.time_per_epoch_s)
        ],
        title="This machine beside the published results",
    )
    for difference in differences(row, published, result.tags):
        say(f"differs: {difference}")


def _cells(row: Row, own: Row) -> tuple[str, ...]:
    """A machine's times, and the ratio of its time per epoch to that of this run."""
    return (
        row.machine,
        row.source,
        metric(metrics.TOTAL_TIME).format(row.total_time_s),
        metric(metrics.TIME_PER_EPOCH).format(row.time_per_epoch_s),
        f"{row.time_per_epoch_s / own.time_per_epoch_s:.2f}",
    )


def _gpu(row: dict[str, str]) -> str:
    return str(published_machines()[row["machine"]]["gpu"])
