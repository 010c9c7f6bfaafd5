"""The plots that every run carries."""

from collections.abc import Sequence
from pathlib import Path

from chipbench.ground import metrics
from chipbench.ground.drawing.bars import draw_stacks
from chipbench.ground.drawing.lines import draw_lines
from chipbench.measure.epochs import Epoch
from chipbench.measure.reading import Reading


def plot_epochs(path: Path, epochs: Sequence[Epoch], title: str) -> None:
    """Bars of every epoch's time, training and validation stacked, in seconds."""
    parts = {
        "training": [epoch.epoch_time_s for epoch in epochs],
        "validation": [epoch.validation_time_s for epoch in epochs],
    }
    draw_stacks(path, [epoch.number for epoch in epochs], parts, title, "time (s)")


def plot_utilisation(path: Path, readings: Sequence[Reading], title: str) -> None:
    """CPU, memory and GPU use over time, in per cent."""
    known = {metrics.CPU_UTILIZATION: "CPU", metrics.MEMORY_USED_PERCENT: "memory"}
    read = {name for reading in readings for name in reading.values}
    for name in sorted(read):
        if name.startswith("system/gpu_") and name.endswith(metrics.GPU_UTILIZATION):
            known[name] = name.split("/")[1].removesuffix(f"_{metrics.GPU_UTILIZATION}")
    lines = {
        label: [(r.time_s, r.values[name]) for r in readings if name in r.values]
        for name, label in known.items()
        if name in read
    }
    draw_lines(path, lines, title, "time (s)", "use (%)", top=105)
