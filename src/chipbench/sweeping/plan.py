"""Which jobs a sweep has, and in which order; kept in the sweep's folder for its workers."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from hydra.core.override_parser.types import Glob
from omegaconf import DictConfig

from chipbench.config.options import CONF_DIR
from chipbench.config.overrides import is_sweep, parse
from chipbench.ground.errors import ConfigurationError
from chipbench.ground.files import write_whole
from chipbench.ground.regular_files import read_bounded
from chipbench.ground.typed_json import json_object, whole_number

FILE_NAME = "sweep.json"
#: The entry point whose jobs each have their own.
SUITE = "suite"
_MOST_JOBS = 1000
_MAX_BYTES = 2**24


@dataclass(frozen=True)
class Job:
    """One combination of values, for one of its repeats."""

    number: int  # its place in the order, from 0
    overrides: tuple[str, ...]
    repeat: int  # from 1
    item: str = ""  # what a suite calls it
    entry: str = ""  # what runs it, where its plan has several

    @property
    def text(self) -> str:
        """The overrides as a reader sees them."""
        text = " ".join(self.overrides) or "as configured"
        return f"{self.item} ({self.entry} {text})" if self.item else text

    @property
    def batch_size(self) -> int | None:
        """The batch size that it sets, if it sets one."""
        return whole_number(self.values.get("batch_size", ""))

    @property
    def values(self) -> dict[str, str]:
        """The value of each key that it sets, as text."""
        pairs = [override.partition("=") for override in self.overrides]
        return {key.lstrip("+~"): value for key, _, value in pairs}

    def without_batch_size(self) -> tuple[str, ...]:
        """All else that it sets."""
        return tuple(o for o in self.overrides if not o.startswith("batch_size="))


def names(jobs: Sequence[Job]) -> dict[int, str]:
    """What tells each job from the others, by its number: what all have in common is left out."""
    common = in_common(jobs)
    return {job.number: _name(job, common, len(jobs)) for job in jobs}


def in_common(jobs: Sequence[Job]) -> set[str]:
    """The overrides that all jobs have."""
    return set.intersection(*(set(job.overrides) for job in jobs)) if jobs else set()


def _name(job: Job, common: set[str], jobs: int) -> str:
    if job.item:
        return job.item
    own = " ".join(override for override in job.overrides if override not in common)
    return own or (job.text if jobs == 1 else f"repeat {job.repeat}")


@dataclass(frozen=True)
class Plan:
    """A sweep: what its workers need to know."""

    entry: str  # what runs each job; of a suite each job says it
    key: str  # of the parent's run
    jobs: tuple[Job, ...]
    swept: tuple[str, ...]  # the keys that take several values
    cooldown_s: float
    job_timeout_s: float | None
    skip_after_out_of_memory: bool

    @property
    def kind(self) -> str:
        """What its own run is recorded as: a sweep or a suite, whose keys begin so."""
        return SUITE if self.entry == SUITE else "sweep"

    def entry_of(self, job: Job) -> str:
        """The entry point that runs `job`."""
        return job.entry or self.entry

    def run_name(self, job: Job) -> str:
        """What the name of `job`'s run begins with: no two jobs have the same."""
        name = names(self.jobs)[job.number]
        repeated = any(other.repeat > 1 for other in self.jobs) and not name.startswith("repeat ")
        return f"{name} repeat {job.repeat}" if repeated else name

    def write(self, folder: Path) -> None:
        """Keep it in the sweep's `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE_NAME, json.dumps(asdict(self), indent=2, ensure_ascii=False))


def read_plan(folder: Path) -> Plan:
    """The plan that a sweep keeps in `folder`. Raises ConfigurationError for a damaged one."""
    try:
        known = json_object(read_bounded(folder / FILE_NAME, _MAX_BYTES))
        jobs = tuple(Job(**j | {"overrides": tuple(j["overrides"])}) for j in known.pop("jobs"))
        return Plan(**known | {"jobs": jobs, "swept": tuple(known["swept"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{folder.name}/{FILE_NAME} is damaged ({type(error).__name__}): start anew, without "
            "sweep.resume or suite.resume"
        ) from None


def expand(overrides: Sequence[str]) -> list[list[str]]:
    """Every combination of the values that `overrides` list, in their order."""
    choices: list[list[str]] = []
    for override in overrides:
        if is_sweep(override):
            choices.append(_values(override))
        else:
            choices.append([override])
    jobs = [list(job) for job in product(*choices)]
    if len(jobs) > _MOST_JOBS:
        raise ConfigurationError(f"{len(jobs):,} jobs are too many; {_MOST_JOBS:,} at most")
    return jobs


def swept_keys(overrides: Sequence[str]) -> tuple[str, ...]:
    """The keys that list several values."""
    return tuple(str(parse(o).key_or_group) for o in overrides if is_sweep(o))


def order(combinations: Sequence[Sequence[str]], sweep: DictConfig) -> tuple[Job, ...]:
    """The jobs of all repeats: each combination once, then each again, shuffled if asked for."""
    generator = random.Random(sweep.seed)
    placed: list[tuple[Sequence[str], int]] = []
    for repeat in range(1, sweep.repeats + 1):
        block = list(combinations)
        if sweep.shuffle:
            generator.shuffle(block)
        placed += [(combination, repeat) for combination in block]
    return tuple(Job(number, tuple(c), repeat) for number, (c, repeat) in enumerate(placed))


def _values(override: str) -> list[str]:
    parsed = parse(override)
    key = parsed.get_key_element()
    if parsed.is_interval_sweep():
        raise ConfigurationError(f"{override}: an interval needs hydra/sweeper=optuna")
    glob = parsed.value()
    if isinstance(glob, Glob):
        options = glob.filter(
            sorted(p.stem for p in (CONF_DIR / parsed.key_or_group).glob("*.yaml"))
        )
        if not options:
            raise ConfigurationError(f"{override}: no choice of {key} matches")
        return [f"{key}={option}" for option in options]
    values = list(parsed.sweep_string_iterator())
    if not values:
        raise ConfigurationError(f"{override}: there is no value in it, such as in range(16,80,16)")
    return [f"{key}={value}" for value in values]
