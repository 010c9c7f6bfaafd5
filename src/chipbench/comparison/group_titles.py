"""What tells the groups of a benchmark apart, so that no two tables have one title."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from chipbench.comparison.ranked_groups import TITLED, Group
from chipbench.comparison.settings_in_words import setting
from chipbench.ground import tags
from chipbench.measure.fingerprint import work

#: What every title says already, or another key of these.
_SAID = {*TITLED, "dataset.source", "optimizer.create.learning_rate"}


def tell_apart(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups, each with the settings that others of its protocol have not."""
    works = [_work(group) for group in groups]
    alike: dict[str, list[dict[str, str]]] = defaultdict(list)
    for group, done in zip(groups, works, strict=True):
        alike[_protocol(group)].append(done)
    return tuple(
        replace(group, apart=_apart(done, alike[_protocol(group)]))
        for group, done in zip(groups, works, strict=True)
    )


def _apart(own: dict[str, str], others: Sequence[dict[str, str]]) -> tuple[str, ...]:
    return tuple(
        setting(key, value)
        for key, value in own.items()
        if key not in _SAID and any(other.get(key) != value for other in others if other)
    )


def _work(group: Group) -> dict[str, str]:
    """What the group's runs computed; of an earlier version that is not known."""
    run = group.rows[0].runs[0]
    return work(run.params, run.tags) if group.is_current else {}


def _protocol(group: Group) -> str:
    return group.rows[0].runs[0].tags.get(tags.PROTOCOL, "")
