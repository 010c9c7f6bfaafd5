"""The tables that a terminal shows at the end of a run."""

from collections.abc import Sequence
from dataclasses import dataclass

from omegaconf import DictConfig
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chipbench.comparison.report import Report
from chipbench.ground import metrics
from chipbench.ground.metrics import metric
from chipbench.measure.result import Result
from chipbench.published import published_machines, read_published, training_rows
from chipbench.published.learning_curve import OUTSIDE


@dataclass(frozen=True)
class Row:
    """One machine's time in the table of a benchmark."""

    machine: str
    source: str  # "this run" or "published"
    total_time_s: float
    epochs: int
    batch_size: int
    optimizer: str

    @property
    def time_per_epoch_s(self) -> float:
        """Training and validation."""
        return self.total_time_s / self.epochs


def published_rows(model: str, dataset: str) -> list[Row]:
    """The published machines' rows of chipbench's `model` on `dataset`."""
    machines = published_machines()
    return [
        Row(
            machine=str(machines[row["machine"]]["gpu"]),
            source="published",
            total_time_s=float(row["total_time_s"]),
            epochs=int(row["epochs"]),
            batch_size=int(row["batch_size"]),
            optimizer=row["optimizer"],
        )
        for row in training_rows(model, dataset)
    ]


def differences(result: Result, row: Row, published: Sequence[Row]) -> list[str]:
    """What keeps `row` (of `result`) from being the published benchmark, in words."""
    found = []
    if result.tags.get("data_source") == "generated":
        found.append("generated images of the same shape")
    first = published[0]
    if row.batch_size != first.batch_size:
        found.append(f"batch size {row.batch_size}, published {first.batch_size}")
    if row.epochs != first.epochs:
        found.append(f"{row.epochs} epochs, published {first.epochs}: compare time per epoch")
    for optimizer in sorted({other.optimizer for other in published} - {row.optimizer}):
        names = ", ".join(o.machine for o in published if o.optimizer == optimizer)
        found.append(f"optimizer {row.optimizer}, published {optimizer} ({names})")
    version = result.tags.get("tensorflow")
    found.append(f"TensorFlow {version}, published with that of late 2021")
    return found


def comparison_table(row: Row, published: Sequence[Row]) -> Table:
    """This machine among the published ones, fastest first, with the ratio of times per epoch."""
    table = Table(title="This machine beside the published results")
    table.add_column("machine")
    table.add_column("source")
    for column in ("total", "per epoch", "this run = 1"):
        table.add_column(column, justify="right")
    for other in sorted([row, *published], key=lambda r: r.time_per_epoch_s):
        style = "bold" if other is row else None
        table.add_row(
            other.machine,
            other.source,
            metric(metrics.TOTAL_TIME).format(other.total_time_s),
            metric(metrics.TIME_PER_EPOCH).format(other.time_per_epoch_s),
            f"{other.time_per_epoch_s / row.time_per_epoch_s:.2f}",
            style=style,
        )
    return table


def summary_table(result: Result) -> Table:
    """A run's own numbers, by metric."""
    table = Table(title=f"{result.benchmark} on {result.machine}", show_header=False)
    table.add_column("metric")
    table.add_column("value", justify="right")
    for name, value in result.metrics.items():
        table.add_row(name, metric(name).format(value))
    return table


def print_numbers(console: Console, result: Result) -> None:
    """Print a run's own numbers, and what a reader must know before trusting them."""
    console.print(summary_table(result))
    if "limited_by" in result.tags:
        console.print(f"limited by: {result.tags['limited_by']}", highlight=False)
    for caveat in filter(None, result.tags.get("caveats", "").split("; ")):
        console.print(f"caution: {caveat}", highlight=False, style="yellow")


def print_training(console: Console, result: Result, config: DictConfig) -> None:
    """Print a training run's numbers, beside the published ones where there are any."""
    row = Row(
        machine=result.machine,
        source="this run",
        total_time_s=result.metrics[metrics.TOTAL_TIME],
        epochs=config.epochs,
        batch_size=config.batch_size,
        optimizer=result.tags["optimizer_used"],
    )
    print_numbers(console, result)
    published = published_rows(config.model.name, config.dataset.name)
    if published and config.dataset.max_examples is not None:
        console.print("dataset.max_examples is set, so the published times do not compare")
    elif published and config.protocol.name != "article":
        console.print(
            f"protocol={config.protocol.name}: the article timed other work, so the published "
            "times do not compare"
        )
    elif published:
        console.print(comparison_table(row, published))
        for difference in differences(result, row, published):
            console.print(f"differs: {difference}", highlight=False)
    curve = result.tags.get("learning_curve", "")
    if curve.startswith(OUTSIDE):
        console.print(f"the learning curve is {curve}", highlight=False, style="bold red")


def print_export(console: Console, result: Result, config: DictConfig) -> None:
    """Print an export's numbers, beside the article's exports of a clip of the same length."""
    print_numbers(console, result)
    rows = [
        row
        for row in read_published("export_times")
        if (row["clip"], row["codec"]) == (config.clip.name, config.codec.name)
    ]
    if not rows:
        return
    table = Table(title="This transcode beside the article's Final Cut Pro exports")
    for head in ("machine", "what", "time"):
        table.add_column(head, justify="right" if head == "time" else "left")
    own = metric(metrics.EXPORT_TIME).format(result.metrics[metrics.EXPORT_TIME])
    encoder = f"{config.method}, {result.tags['encoder']}"
    table.add_row(result.machine, encoder, own, style="bold")
    machines = published_machines()
    for row in rows:
        time = metric(metrics.EXPORT_TIME).format(float(row["export_time_s"]))
        table.add_row(str(machines[row["machine"]]["gpu"]), "Final Cut Pro, published", time)
    console.print(table)
    console.print(
        "differs: the article's footage, resolution and timeline are not known, so its times are "
        f"context and no ranking; this clip is {config.clip.duration_s:g} s long",
        highlight=False,
    )


def print_createml(console: Console, result: Result, config: DictConfig) -> None:
    """Print a CreateML training beside the published ones; a stand-in's numbers stand alone."""
    print_numbers(console, result)
    if config.createml.engine == "keras":
        console.print(
            "a Keras stand-in: the same kind of model on the same images. Its times compare with "
            "other stand-in runs, and with no time of CreateML",
            highlight=False,
        )
        return
    rows = [
        row for row in read_published("createml_times") if row["dataset"] == config.dataset.name
    ]
    if not rows or metrics.TOTAL_TIME not in result.metrics:
        return
    table = Table(title="This machine beside the published results")
    for head in ("machine", "source", "total"):
        table.add_column(head, justify="right" if head == "total" else "left")
    shown = metric(metrics.TOTAL_TIME)
    table.add_row(
        result.machine, "this run", shown.format(result.metrics[shown.name]), style="bold"
    )
    machines = published_machines()
    for row in rows:
        time = shown.format(60 * float(row["train_time_min"]))
        table.add_row(str(machines[row["machine"]]["gpu"]), "published, whole minutes", time)
    console.print(table)


def print_comparison(console: Console, report: Report) -> None:
    """Print a report's rankings and checked claims, for those who open no browser."""
    console.print(report.counts, highlight=False)
    for section in report.sections:
        for group in section.groups:
            table = Table(title=escape(f"{section.name}: {group.title}"), title_justify="left")
            for head in group.heads:
                table.add_column(head, justify="left" if head in ("machine", "") else "right")
            for line in group.rows:
                table.add_row(*(escape(" ".join(cell.text.split())) for cell in line.cells))
            console.print(table)
    claims = Table(title="Claims checked", title_justify="left")
    for head in ("claim", "verdict", "numbers"):
        claims.add_column(head)
    for claim in report.claims:
        claims.add_row(claim.text, claim.verdict, claim.numbers)
    console.print(claims)
