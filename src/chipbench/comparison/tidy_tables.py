"""The comparison as tables for other programs: a row per run, and a row per row of the report.

Units are in the names of the columns; what is unknown or does not apply is empty. Rows that differ
in none of the columns of the work, of `metric` and of `benchmark_version` are ranked together.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from chipbench.comparison.ranked_groups import Group, Row, Sorted
from chipbench.comparison.sessions import sessions
from chipbench.comparison.work_columns import work_cells
from chipbench.ground import metrics, tags
from chipbench.measure.recorded_run import SPEED_METRICS, RecordedRun

Cells = dict[str, str | float | int | None]

_MEASURED = (
    metrics.STEADY_EPOCH_TIME,
    metrics.VAL_ACCURACY,
    metrics.PROMPT_RATE,
    metrics.GENERATED_RATE,
    metrics.FLOPS_UTILIZATION,
    metrics.INTENSITY,
    metrics.ROOFLINE_TFLOPS,
    metrics.ROOFLINE_PERCENT,
    metrics.CPU_UTILIZATION_MEAN,
    metrics.MEMORY_PEAK,
    metrics.PROCESS_MEMORY_PEAK,
    metrics.ENERGY,
    metrics.NET_ENERGY,
    metrics.ENERGY_COVERED,
    metrics.IDLE_POWER,
)
_TAGS = (
    tags.PROTOCOL,
    tags.DATA_SOURCE,
    tags.OPTIMIZER_USED,
    tags.DEVICE,
    tags.DEVICE_KIND,
    tags.ENERGY_BASIS,
    tags.OS,
    tags.TENSORFLOW,
    tags.POWER_SOURCE,
    tags.LEARNING_CURVE,
    tags.ROOFLINE_BINDS,
    tags.CAVEATS,
)


def run_rows(found: Sorted) -> list[Cells]:
    """The rows of `comparison.csv`: every run that was compared."""
    return [
        cells
        for benchmark in found.benchmarks
        for group in benchmark.groups
        for row in group.rows
        for cells in _runs(benchmark.name, group, row)
    ]


def table_rows(found: Sorted) -> list[Cells]:
    """The rows of `comparison_rows.csv`: every machine of every table."""
    return [
        _cells(benchmark.name, group, row)
        for benchmark in found.benchmarks
        for group in benchmark.groups
        for row in group.rows
    ]


def _runs(benchmark: str, group: Group, row: Row) -> Iterator[Cells]:
    key = _key(benchmark, group, row)
    for session, runs in enumerate(sessions(row.runs), 1):
        for run in runs:
            yield key | {"session": session} | _run(run, group.metric)


def _run(run: RecordedRun, time: str) -> Cells:
    began = datetime.fromtimestamp(run.start_ms / 1000, UTC)
    speed = next((run.metric(name) for name in SPEED_METRICS if name in run.metrics), None)
    backend = run.params.get("backend.name") or run.params.get("backend")
    cells: Cells = {
        "run_id": run.run_id,
        "date": began.isoformat(timespec="seconds"),
        "batch_size": run.params.get("batch_size"),
        "epochs": run.epochs,
        "precision": run.params.get("precision"),
        "model": run.params.get("model.name"),
        "max_examples": _stated(run.params.get("dataset.max_examples")),
        "backend": backend,
    }
    cells |= {tag: run.tags.get(tag) for tag in _TAGS}
    cells |= {"metric": time, "time_s": run.metric(time), "throughput_per_s": speed}
    return cells | {name: run.metric(name) for name in _MEASURED}


def _stated(value: str | None) -> str | None:
    return None if value == "None" else value


def _key(benchmark: str, group: Group, row: Row) -> Cells:
    return {
        "benchmark": benchmark,
        "benchmark_version": group.version,
        "fingerprint": group.fingerprint,
        "machine": row.machine,
        "machine_id": row.runs[0].tags.get(tags.MACHINE),
        "machine_fingerprint": row.runs[0].tags.get(tags.MACHINE_FINGERPRINT),
        "source": row.source,
        "shared_by": row.shared_by,
        "price_usd": row.price_usd,
        **work_cells(row.runs[0]),
    }


def _cells(benchmark: str, group: Group, row: Row) -> Cells:
    compared = row.ratio
    return _key(benchmark, group, row) | {
        "repeats": len(row.runs),
        "sessions": len(sessions(row.runs)),
        "metric": group.metric,
        "time_s": row.time_s,
        "spread_percent": row.spread_percent,
        "throughput_per_s": row.speed,
        "flops_utilization_percent": row.of_peak,
        "baseline": group.baseline,
        "time_ratio": None if compared is None else compared.value,
        "time_ratio_low": None if compared is None else compared.low,
        "time_ratio_high": None if compared is None else compared.high,
        "energy_j": row.energy_j,
        "energy_basis": row.energy_basis,
        "net_energy_j_per_1000": row.energy_per_thousand_j,
        "differs_in": "; ".join(row.marks),
        "caveats": row.caveats,
    }
