"""How long a suite takes and what it needs, before it begins: from earlier runs, else roughly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from chipbench.data.dataset_folders import published_folder
from chipbench.data.dataset_option import entry_of
from chipbench.ground.errors import ConfigurationError
from chipbench.sweeping import job_outcome as outcomes
from chipbench.sweeping.job_outcome import outcome_of
from chipbench.sweeping.plan import FILE_NAME, Job, read_plan
from chipbench.sweeping.suites.items import Item

EARLIER, ROUGH = "as here before", "rough figure"


@dataclass(frozen=True)
class Estimate:
    """Of one item: how long it takes, by what, and what it puts on the disk."""

    time_s: float | None
    basis: str
    download_mb: float
    disk_mb: float


def estimates(
    items: Sequence[Item], jobs: Sequence[Job], configs: Sequence[DictConfig], outputs: Path
) -> list[Estimate]:
    """An estimate for each item; what was done in `outputs` before is believed first."""
    known = _times(outputs)
    return [
        _estimate(item, known.get((job.entry, job.overrides)), config)
        for item, job, config in zip(items, jobs, configs, strict=True)
    ]


def _estimate(item: Item, before_s: float | None, config: DictConfig) -> Estimate:
    there = _has_data(config)
    return Estimate(
        time_s=item.expected_s if before_s is None else before_s,
        basis=ROUGH if before_s is None else EARLIER,
        download_mb=0 if there else item.download_mb,
        disk_mb=0 if there else item.disk_mb,
    )


def _has_data(config: DictConfig) -> bool:
    """Whether the published data set of an item was prepared before."""
    dataset = config.get("dataset")
    if dataset is None or dataset.source != "tfds":
        return False
    try:
        entry = entry_of(dataset.name)
    except ConfigurationError:
        return False
    return entry is not None and published_folder(entry, dataset.data_dir) is not None


def _times(outputs: Path) -> dict[tuple[str, tuple[str, ...]], float]:
    """How long each job took that was done, by its entry point and settings; the last counts."""
    found: dict[tuple[str, tuple[str, ...]], float] = {}
    for folder in sorted(path.parent for path in outputs.rglob(FILE_NAME)):
        found |= dict(_of(folder))
    return found


def _of(folder: Path) -> Iterable[tuple[tuple[str, tuple[str, ...]], float]]:
    try:
        plan = read_plan(folder)
    except ConfigurationError:  # a damaged one tells nothing
        return
    for job in plan.jobs:
        outcome = outcome_of(folder, job.number)
        if outcome.what == outcomes.DONE and outcome.took_s is not None:
            yield (plan.entry_of(job), job.overrides), outcome.took_s
