"""One published result with the params, metrics and tags that a measured run would have."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chipbench.ground import tags
from chipbench.published import published_machines, short_name

#: How the keys of published results begin.
KEY_PREFIX = "published-"


@dataclass(frozen=True)
class PublishedRun:
    """One published result; `epochs` holds its learning curve, metrics by epoch."""

    key: str  # the same at every import
    name: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]  # without the prefix
    epochs: Mapping[int, Mapping[str, float]] = field(default_factory=dict)


def reference_tags(machine: str, benchmark: str, source: str, printed: str) -> dict[str, str]:
    """What every published result is tagged with, its machine's facts among it."""
    facts = published_machines()[machine]
    stated = {
        tags.PRICE: facts.get("price_usd"),
        tags.OS: facts.get("os"),
        tags.POWER_SOURCE: facts.get("power_source"),
    }
    return {
        tags.KIND: "reference",
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
