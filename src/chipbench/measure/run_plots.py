"""The plots that every run carries."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chipbench.ground import metrics
from chipbench.ground.drawing.bar_chart import draw_stacks
from chipbench.ground.drawing.line_chart import Points, draw_lines
from chipbench.ground.drawing.panels import draw_panels
from chipbench.measure.epochs import Epoch
from chipbench.measure.sensor_sample import Reading

#: What may hold a processor back, below its speed: by the axis, how the series' names end.
_BELOW = {
    "use (%)": metrics.GPU_UTILIZATION,
    "clock (MHz)": metrics.GPU_CLOCK,
    "temperature (°C)": metrics.GPU_TEMPERATURE,
    "power (W)": metrics.GPU_POWER,
}


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


def plot_speed(
    speeds: Points, unit: str, title: str, path: Path, readings: Sequence[Reading]
) -> None:
    """Speed over time; below it the use, clocks, temperatures and power that were read."""
    panels: dict[str, Mapping[str, Points]] = {unit: {"speed": speeds}}
    read = sorted({name for reading in readings for name in reading.values})
    for quantity, ending in _BELOW.items():
        lines = {
            name.removeprefix("system/").removesuffix(f"_{ending}"): [
                (r.time_s, r.values[name]) for r in readings if name in r.values
            ]
            for name in read
            if name.endswith(f"_{ending}")
        }
        if lines:
            panels[quantity] = lines
    draw_panels(path, panels, title, "time (s)")
