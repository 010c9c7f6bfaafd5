"""What a suite consists of: its items, each a job with an entry point and settings of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omegaconf import DictConfig

from chipbench.config.compose import compose_config, groups_of
from chipbench.config.overrides import parse
from chipbench.config.schema import ENTRIES
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping.plan import Job

#: What is the suite's own and no item's.
_OWN = ("suite", "output_dir", "hydra")


@dataclass(frozen=True)
class Item:
    """One item as conf/suite/ states it."""

    name: str
    entry: str
    overrides: tuple[str, ...]
    expected_s: float | None = None  # roughly, with its preparation
    download_mb: float = 0
    disk_mb: float = 0


def items_of(config: DictConfig) -> list[Item]:
    """The items of the chosen suite."""
    return [Item(**{**one, "overrides": tuple(one.overrides)}) for one in config.suite["items"]]


def jobs_of(items: Sequence[Item], words: Sequence[str]) -> tuple[Job, ...]:
    """A job for each item; of the suite's `words` it gets those that its entry point has.

    Raises ConfigurationError for an item that cannot be composed so.
    """
    return tuple(
        Job(number, (*item.overrides, *_passed_on(item.entry, words)), 1, item.name, item.entry)
        for number, item in enumerate(items)
    )


def configs_of(jobs: Sequence[Job]) -> list[DictConfig]:
    """The configuration of each job. Raises ConfigurationError, which names the item."""
    return list(map(_config, jobs))


def _config(job: Job) -> DictConfig:
    try:
        return compose_config(job.entry, [*job.overrides, "output_dir=none"])
    except ConfigurationError as error:
        raise ConfigurationError(f"suite.items, {job.item}: {error}") from None


def _passed_on(entry: str, words: Sequence[str]) -> Iterator[str]:
    for word in words:
        key = str(parse(word).key_or_group)
        own = key.partition("/")[0].partition(".")[0] in _OWN
        if not own and (key in groups_of(entry) or any(rule.fits(key) for rule in ENTRIES[entry])):
            yield word
