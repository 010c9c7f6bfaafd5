"""What a run's page in MLflow says of it, in Markdown."""

from collections.abc import Iterable, Iterator

from chipbench.comparison.run_remarks import doubts
from chipbench.ground import metrics, sustained_metrics
from chipbench.measure.recorded_run import SPEED_METRICS
from chipbench.measure.result import Result
from chipbench.terminal.markdown import markdown_text, metric_table

#: Those that a run has are shown, in this order.
_SHOWN = (
    metrics.TOTAL_TIME,
    metrics.TIME_PER_EPOCH,
    metrics.EXPORT_TIME,
    metrics.SEARCH_TIME,
    metrics.REALTIME_FACTOR,
    *SPEED_METRICS,
    sustained_metrics.SUSTAINED,
    sustained_metrics.SLOWED_AFTER,
    metrics.PROMPT_RATE,
    metrics.GENERATED_RATE,
    metrics.FLOPS_UTILIZATION,
    metrics.ROOFLINE_PERCENT,
    metrics.VAL_ACCURACY,
    metrics.R2,
    metrics.PROCESS_MEMORY_PEAK,
    metrics.ENERGY,
)


def note_of(result: Result, headline: str, beside: Iterable[str] = ()) -> str:
    """The `headline`, which is Markdown, the numbers in a table, how they stand, the doubts."""
    values = {name: result.metrics[name] for name in _SHOWN if name in result.metrics}
    parts = [headline, metric_table(values)]
    if result.reason is not None:
        parts.append(f"**{markdown_text(result.status)}**: {markdown_text(result.reason)}")
    parts.append(_list("Beside the published machines", beside))
    parts.append(_list("What speaks against it", (line for line, _ in doubts(result))))
    return "\n\n".join(part for part in parts if part)


def _list(title: str, lines: Iterable[str]) -> str:
    items = list(_items(lines))
    return "\n".join([f"**{title}**", "", *items]) if items else ""


def _items(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"- {markdown_text(line)}"
