"""A training shown beside the published ones of the same model and data set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omegaconf import DictConfig

from chipbench.ground import metrics, tags
from chipbench.ground.drawing.bar_chart import Bar, draw_bars
from chipbench.ground.metrics import metric
from chipbench.measure.run_framework import backend_of, framework
from chipbench.published import (
    logged_time,
    read_published,
    short_name,
    sweep_rows,
    synthetic_time_s,
    time_includes,
    training_rows,
)
from chipbench.published.article_feed import feed_difference

#: What the follow-up of 2023 timed.
SWEEP_PROTOCOL = "sweep2023"
#: What was timed on noise in 2021.
SYNTHETIC_PROTOCOL = "synthetic2021"


@dataclass(frozen=True)
class Row:
    """One machine's time."""

    machine: str
    source: str  # "this run" or "published"
    total_time_s: float
    epochs: int
    batch_size: int
    optimizer: str
    includes: str | None = None  # what its total contains besides the epochs
    logged: str | None = None  # what those add up to, where the log is known

    @property
    def time_per_epoch_s(self) -> float:
        """Training and validation."""
        return self.total_time_s / self.epochs


def published_rows(config: DictConfig) -> list[Row]:
    """The published machines' rows of what `config` trains; the follow-up's at its batch size."""
    if config.protocol.name == SWEEP_PROTOCOL:
        return [
            _row(row, float(row["time_per_epoch_s"]) * int(row["epochs"]), "adam")
            for row in sweep_rows(config.benchmark, config.batch_size)
        ]
    if config.protocol.name == SYNTHETIC_PROTOCOL:
        return [
            _row(row, synthetic_time_s(row), row["optimizer"])
            for row in read_published("synthetic_speeds")
            if row["experiment"] == config.benchmark
        ]
    return [
        replace(
            _row(row, float(row["total_time_s"]), row["optimizer"]),
            includes=time_includes(row),
            logged=logged_time(row),
        )
        for row in training_rows(config.model.name, config.dataset.name)
    ]


def _row(row: dict[str, str], total_time_s: float, optimizer: str) -> Row:
    return Row(
        machine=short_name(row["machine"]),
        source="published",
        total_time_s=total_time_s,
        epochs=int(row["epochs"]),
        batch_size=int(row["batch_size"]),
        optimizer=optimizer,
    )


def not_comparable(config: DictConfig) -> str | None:
    """Why a training so configured is other work than the published; None if it is the same."""
    if config.dataset.max_examples is not None:
        return "dataset.max_examples is set"
    if config.protocol.name not in ("article", SWEEP_PROTOCOL, SYNTHETIC_PROTOCOL):
        return f"protocol={config.protocol.name}: the article timed other work"
    return None


def differences(row: Row, published: Sequence[Row], known: Mapping[str, str]) -> list[str]:
    """What keeps `row`, of a run tagged `known`, from being the published benchmark, in words."""
    found = []
    if known.get(tags.DATA_SOURCE) == "generated":
        found.append("generated data of the same shape")
    first = published[0]
    if row.batch_size != first.batch_size:
        found.append(f"batch size {row.batch_size}, published {first.batch_size}")
    if row.epochs != first.epochs:
        found.append(f"{row.epochs} epochs, published {first.epochs}: compare time per epoch")
    for optimizer in sorted({other.optimizer for other in published} - {row.optimizer}):
        names = ", ".join(o.machine for o in published if o.optimizer == optimizer)
        found.append(f"optimizer {row.optimizer}, published {optimizer} ({names})")
    if first.includes is not None:
        found.append(f"the published totals contain {first.includes}")
    found += [f"{other.machine}: {other.logged}" for other in published if other.logged]
    feed = feed_difference(known.get(tags.EXPERIMENT, ""))
    found += [feed] if feed else []
    year = "2023" if known.get(tags.PROTOCOL) == SWEEP_PROTOCOL else "2021"
    articles = "that" if backend_of(known) == "tensorflow" else "TensorFlow"
    found.append(f"{framework(known)}, published with {articles} of late {year}")
    return found


def is_beside(config: DictConfig) -> bool:
    """Whether what is trained is a published benchmark."""
    sizes = {row.batch_size for row in published_rows(config)}
    return not_comparable(config) is None and config.batch_size in sizes


def plot_beside(path: Path, config: DictConfig, machine: str, time_per_epoch_s: float) -> None:
    """Draw the published bars with this run's, if it is the same benchmark."""
    if not is_beside(config):
        return
    rows = published_rows(config)
    what = "generated data" if config.dataset.source == "generated" else "this run"
    label = metric(metrics.TIME_PER_EPOCH).format
    bars = [Bar(machine, time_per_epoch_s, label(time_per_epoch_s), note=f", {what}")]
    bars += [
        Bar(row.machine, row.time_per_epoch_s, label(row.time_per_epoch_s), published=True)
        for row in rows
    ]
    draw_bars(
        path,
        sorted(bars, key=lambda bar: bar.value),
        f"{config.benchmark}, published beside this run",
        "time per epoch, training and validation (s), less is better",
    )
