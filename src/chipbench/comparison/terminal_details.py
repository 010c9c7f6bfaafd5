"""A run's numbers and the published ones as tables in a terminal, for `verbose=true`."""

from collections.abc import Sequence

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.ground.metrics import metric
from chipbench.measure.result import Result
from chipbench.published import published_machines, read_published
from chipbench.published.beside_published import Row
from chipbench.terminal.table import Column, bold, show_table

BY_HAND = "final_cut_manual"  # the method whose seconds a person states
#: A machine and its time in words.
Published = Sequence[tuple[str, str]]


def print_numbers(result: Result) -> None:
    """Print every metric of a run."""
    show_table(
        [Column(), Column(right=True)],
        [(name, metric(name).format(value)) for name, value in result.metrics.items()],
        title=f"{result.benchmark} on {result.machine}",
    )


def print_beside(own: Row, published: Sequence[Row]) -> None:
    """Print this machine among the published ones."""
    numbers = ("total", "per epoch", "this run = 1")
    show_table(
        [Column("machine"), Column("source"), *(Column(head, right=True) for head in numbers)],
        [
            bold(_cells(other, own)) if other is own else _cells(other, own)
            for other in sorted([own, *published], key=lambda r: r.time_per_epoch_s)
        ],
        title="This machine beside the published results",
    )


def _cells(row: Row, own: Row) -> tuple[str, ...]:
    """A machine's times, and the ratio of its time per epoch to that of this run."""
    return (
        row.machine,
        row.source,
        metric(metrics.TOTAL_TIME).format(row.total_time_s),
        metric(metrics.TIME_PER_EPOCH).format(row.time_per_epoch_s),
        f"{row.time_per_epoch_s / own.time_per_epoch_s:.2f}",
    )


def published_exports(config: DictConfig) -> Published:
    """The article's exports of a clip of this length with this codec."""
    shown = metric(metrics.EXPORT_TIME)
    return [
        (_gpu(row), shown.format(float(row["export_time_s"])))
        for row in read_published("export_times")
        if (row["clip"], row["codec"]) == (config.clip.name, config.codec.name)
    ]


def print_exports(result: Result, config: DictConfig, published: Published) -> None:
    """Print an export and the article's."""
    if not published:
        return
    shown = metric(metrics.EXPORT_TIME)
    what = [] if config.method == BY_HAND else [config.method]
    encoder = ", ".join([*what, result.tags[tags.ENCODER]])
    own = bold((result.machine, encoder, shown.format(result.metrics[shown.name])))
    show_table(
        [Column("machine"), Column("what"), Column("time", right=True)],
        [own, *((machine, "Final Cut Pro, published", time) for machine, time in published)],
        title="This export beside the article's Final Cut Pro exports",
    )


def unlike(result: Result) -> str:
    """Why an export of ours is never ranked with the article's."""
    length = ""
    if metrics.REALTIME_FACTOR in result.metrics:
        length_s = result.metrics[metrics.REALTIME_FACTOR] * result.metrics[metrics.EXPORT_TIME]
        length = f"; this clip is {length_s:g} s long"
    return (
        "its footage, resolution and timeline are not known, so its times are context and no "
        f"ranking{length}"
    )


def published_createml(config: DictConfig) -> Published:
    """The published times of CreateML itself, where this was it."""
    if config.createml.engine == "keras":
        return []
    shown = metric(metrics.TOTAL_TIME)
    return [
        (_gpu(row), shown.format(60 * float(row["train_time_min"])))
        for row in read_published("createml_times")
        if row["dataset"] == config.dataset.name
    ]


def print_createml(result: Result, published: Published) -> None:
    """Print a training of CreateML and the published ones."""
    shown = metric(metrics.TOTAL_TIME)
    if not published or shown.name not in result.metrics:
        return
    own = bold((result.machine, "this run", shown.format(result.metrics[shown.name])))
    show_table(
        [Column("machine"), Column("source"), Column("total", right=True)],
        [own, *((machine, "published, whole minutes", time) for machine, time in published)],
        title="This machine beside the published results",
    )


def print_forest(result: Result, published: Sequence[tuple[str, float]]) -> None:
    """Print a search among the published ones."""
    if not published:
        return
    shown = metric(metrics.SEARCH_TIME)
    own_s = result.metrics[shown.name]
    rows = [(machine, "published", time_s) for machine, time_s in published]
    rows.append((result.machine, "this run", own_s))
    numbers = [Column("search", right=True), Column("this run = 1", right=True)]
    show_table(
        [Column("machine"), Column("source"), *numbers],
        [
            (bold if source == "this run" else tuple)(
                (machine, source, shown.format(time_s), f"{time_s / own_s:.2f}")
            )
            for machine, source, time_s in sorted(rows, key=lambda row: row[2])
        ],
        title="This machine beside the published results",
    )


def _gpu(row: dict[str, str]) -> str:
    return str(published_machines()[row["machine"]]["gpu"])
