"""The comparison as one table: a row per machine and group, units in the column names."""

from chipbench.comparison.groups import Group, Row, Sorted
from chipbench.ground import metrics

Cells = dict[str, str | float | int | None]


def comparison_rows(found: Sorted) -> list[Cells]:
    """The rows of `comparison.csv`; what is unknown is empty."""
    return [
        _cells(benchmark.name, group, row)
        for benchmark in found.benchmarks
        for group in benchmark.groups
        for row in group.rows
    ]


def _cells(benchmark: str, group: Group, row: Row) -> Cells:
    compared = row.ratio
    energy = row.mean_of(metrics.ENERGY)
    return {
        "benchmark": benchmark,
        "fingerprint": group.fingerprint,
        "machine": row.machine,
        "source": "published" if row.is_reference else "measured",
        "repeats": len(row.runs),
        "metric": group.metric,
        "time_s": row.time_s,
        "spread_percent": row.spread_percent,
        "throughput_per_s": row.speed,
        "flops_utilization_percent": row.of_peak,
        "baseline": group.baseline,
        "time_ratio": None if compared is None else compared.value,
        "time_ratio_low": None if compared is None else compared.low,
        "time_ratio_high": None if compared is None else compared.high,
        "price_usd": row.price_usd,
        "energy_j": energy,
        "differs_in": "; ".join(row.marks),
        "caveats": row.caveats,
    }
