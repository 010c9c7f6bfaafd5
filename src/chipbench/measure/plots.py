"""The plots that every run carries."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chipbench.ground import metrics
from chipbench.measure.epochs import Epoch
from chipbench.measure.monitor import Reading

if TYPE_CHECKING:  # matplotlib takes a second to import, which `--help` need not wait for
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which colour-blind readers can tell apart.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"


def plot_epochs(path: Path, epochs: Sequence[Epoch], title: str) -> None:
    """Bars of every epoch's time, training and validation stacked, in seconds."""
    figure = _figure(7, 4)
    axes = figure.subplots()
    numbers = [epoch.number for epoch in epochs]
    training = [epoch.epoch_time_s for epoch in epochs]
    axes.bar(numbers, training, color=BLUE, label="training")
    validation = [epoch.validation_time_s for epoch in epochs]
    axes.bar(numbers, validation, bottom=training, color=ORANGE, hatch="//", label="validation")
    axes.set(title=title, xlabel="epoch", ylabel="time (s)", xticks=numbers)
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=120)


def plot_utilisation(path: Path, readings: Sequence[Reading], title: str) -> None:
    """CPU, memory and GPU use over time, in per cent."""
    figure = _figure(7, 4)
    axes = figure.subplots()
    gpus = sorted({name for r in readings for name in r.values if name.startswith("system/gpu_")})
    lines = [(metrics.CPU_UTILIZATION, "CPU", "-"), (metrics.MEMORY_USED_PERCENT, "memory", "--")]
    lines += [
        (name, name.split("/")[1].removesuffix(f"_{metrics.GPU_UTILIZATION}"), "-.")
        for name in gpus
        if name.endswith(metrics.GPU_UTILIZATION)
    ]
    for (name, label, style), colour in zip(
        lines, (BLUE, ORANGE, GREEN, VERMILION) * len(lines), strict=False
    ):
        points = [(r.time_s, r.values[name]) for r in readings if name in r.values]
        if points:
            axes.plot(*zip(*points, strict=True), style, color=colour, label=label)
    axes.set(title=title, xlabel="time (s)", ylabel="use (%)", ylim=(0, 105))
    axes.legend(loc="lower right")
    figure.savefig(path, dpi=120)


def _figure(width: float, height: float) -> "Figure":
    """An empty figure, in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def plot_images(path: Path, images: np.ndarray[Any, Any], columns: int = 4) -> None:
    """A grid of images, float [n, height, width, 3] from 0 to 255."""
    rows = -(-len(images) // columns)
    figure = _figure(2 * columns, 2 * rows)
    for axes, image in zip(
        figure.subplots(rows, columns, squeeze=False).flat, images, strict=False
    ):
        axes.imshow(np.clip(image, 0, 255).astype(np.uint8))
    for axes in figure.axes:
        axes.set_axis_off()
    figure.savefig(path, dpi=100)


def plot_beside_published(
    path: Path, own: tuple[str, float], published: Mapping[str, float], title: str
) -> None:
    """Bars of the time per epoch in seconds, fastest on top; `own` is this machine's name and time.

    Published results are hatched.
    """
    rows = sorted([own, *published.items()], key=lambda row: row[1])
    figure = _figure(8, 1.2 + 0.4 * len(rows))
    axes = figure.subplots()
    for place, row in enumerate(rows):
        measured = row is own
        axes.barh(
            place, row[1], color=BLUE if measured else ORANGE, hatch="" if measured else "//",
            edgecolor="white",
        )  # fmt: skip
        axes.text(row[1], place, f" {row[1]:.2f} s", va="center")
    axes.set_yticks(range(len(rows)), [name for name, _ in rows], fontsize="small")
    axes.invert_yaxis()
    axes.margins(x=0.16)  # room for the label of the longest bar
    axes.set(title=title, xlabel="time per epoch, training and validation (s), less is better")
    figure.savefig(path, dpi=110)
