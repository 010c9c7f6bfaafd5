"""One published or shared result with the params, metrics and tags that a measured run has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chipbench.ground import tags
from chipbench.measure.recorded_run import REFERENCE, RecordedRun
from chipbench.published import published_machines, short_name
from chipbench.terminal.markdown import markdown_text, metric_table

#: How the keys of published results begin.
KEY_PREFIX = "published-"
#: The article's date, so that the store's newest runs stay the user's own.
PUBLISHED_MS = 1_635_724_800_000


@dataclass(frozen=True)
class PublishedRun:
    """One result that others measured; `epochs` holds its learning curve, metrics by epoch."""

    key: str  # the same at every import
    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]  # without the prefix
    epochs: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    #: Further numbers: a metric's name, step, value and Unix time in milliseconds.
    points: Sequence[tuple[str, int, float, int]] = ()
    status: str = "FINISHED"  # MLflow's
    begun_ms: int = PUBLISHED_MS  # Unix time
    said: str | None = None  # what its page says of it; None: where it was published

    def recorded(self) -> RecordedRun:
        """The run as it is read back from a store."""
        return RecordedRun(
            run_id=self.key,
            name=self.name,
            status=self.status,
            start_ms=self.begun_ms,
            tags=self.tags,
            params=self.params,
            metrics=self.metrics,
        )

    @property
    def note(self) -> str:
        """What its page says of it, in Markdown."""
        if self.said is not None:
            return self.said
        lines = [
            f"**Published**: {markdown_text(self.tags[tags.SOURCE])}",
            metric_table(self.metrics),
        ]
        lines.append(f"Printed: {markdown_text(self.tags[tags.PRINTED])}")
        if tags.TIME_INCLUDES in self.tags:
            logged = self.tags.get(tags.LOGGED_TIME)
            besides = f"{self.tags[tags.TIME_INCLUDES]}{f'; {logged}' if logged else ''}"
            lines.append(f"The time contains {markdown_text(besides)}.")
        return "\n\n".join(lines)


def reference_tags(machine: str, benchmark: str, source: str, printed: str) -> dict[str, str]:
    """What every published result is tagged with, its machine's facts among it."""
    facts = published_machines()[machine]
    stated = {
        tags.PRICE: facts.get("price_usd"),
        tags.OS: facts.get("os"),
        tags.POWER_SOURCE: facts.get("power_source"),
    }
    return {
        tags.KIND: REFERENCE,
        tags.MACHINE: machine,
        tags.MACHINE_NAME: short_name(machine),
        tags.EXPERIMENT: benchmark,
        tags.PROTOCOL: "article",
        tags.DATA_SOURCE: "tfds",
        tags.SOURCE: source,
        tags.PRINTED: printed,
        tags.STATUS: "completed",
        **{tags.machine_fact(key): str(value) for key, value in facts.items() if key != "name"},
        **{tag: str(value) for tag, value in stated.items() if value is not None},
    }


def run_name(machine: str, benchmark: str, variant: str) -> str:
    """Tells a published result apart in MLflow's lists."""
    return f"{short_name(machine)} · {benchmark} · {variant}"
